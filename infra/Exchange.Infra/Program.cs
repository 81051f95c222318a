using Amazon.CDK;
using Exchange.Infra;
using Exchange.Infra.Capacity;
using Exchange.Infra.Settings;

// Synthesises the stacks of one environment: dotnet run --project infra/Exchange.Infra -- ENVIRONMENT
// or prints the capacity plan of infra/README.md:                   dotnet run --project infra/Exchange.Infra -- capacity
// The templates go to the folder that CDK_OUTDIR names, by default infra/cdk.out; no account and no network is needed.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Exchange.Infra ENVIRONMENT, for example production: the name of a file in infra/environments; or Exchange.Infra capacity");
    return 64;
}

if (args[0] == "capacity")
{
    Console.Write(CapacityReport.Markdown());
    return 0;
}

try
{
    var settings = EnvironmentSettings.Read(Path.Combine(AppContext.BaseDirectory, "environments"), args[0]);
    var app = new App(new AppProps { Outdir = System.Environment.GetEnvironmentVariable("CDK_OUTDIR") ?? Path.Combine("infra", "cdk.out"), AnalyticsReporting = false });
    _ = new ExchangeApp(app, settings);
    var assembly = app.Synth();
    foreach (var stack in assembly.Stacks)
    {
        Console.WriteLine(stack.TemplateFullPath);
    }

    return 0;
}
catch (SettingsException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 78;
}
