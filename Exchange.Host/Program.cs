using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Admin.CommandLine;
using Exchange.Host.Api;
using Exchange.Host.Composition;
using Exchange.Host.Health;
using Exchange.Host.Sandbox;
using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Host.Stores;
using Exchange.Host.Telemetry;
using Exchange.MarketData;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Replication;
using Exchange.Risk;
using Microsoft.Extensions.Options;

if (args is ["admin", ..])
{
    return await AdminCommand.RunAsync(args[1..], Console.Out, Console.Error);
}

if (StoreCommand.IsAsked(args))
{
    return StoreCommand.Run(args, Console.Out, Console.Error);
}

if (BackupCommand.IsAsked(args))
{
    return BackupCommand.Run(args, Console.Out, Console.Error);
}

// The composition root: options, modules, pipeline, edge. What starts when stands in Composition/ExchangeService.cs.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddExchangeOptions();
builder.ConfigureListeners();

builder.Services.AddSingleton<IClock, SystemClock>();
builder.Services.AddSingleton<SymbolDirectory>();
builder.Services.AddSingleton<JournalFollowers>();
builder.Services.AddSingleton<PipelineLink>();
builder.Services.AddSingleton<ICommandGateway>(provider => provider.GetRequiredService<PipelineLink>());
builder.Services.AddSingleton<IJournalTime>(provider => provider.GetRequiredService<PipelineLink>());

builder.Services.AddAccountsModule();
builder.Services.AddRiskModule();
builder.Services.AddOrdersModule(builder.Configuration);
builder.Services.AddMarketDataModule(builder.Configuration);
builder.Services.AddReplicationModule(builder.Configuration, provider =>
{
    var link = provider.GetRequiredService<PipelineLink>();
    return () => link.DurableSequence;
});

builder.AddExchangeTelemetry();
builder.Services.AddExchangeApi(builder.Configuration);
builder.Services.AddExchangeAdministration(builder.Configuration);
builder.Services.AddSingleton<SandboxSeed>();
builder.Services.AddSingleton<SandboxBanner>();
builder.Services.AddSingleton<MarketMakerAccounts>();
builder.Services.AddSingleton<MarketMakers>();
builder.Services.AddSingleton<MarketMakerService>();
builder.Services.AddSingleton<ExchangeService>();
builder.Services.AddSingleton<IExchangeStatus>(provider => provider.GetRequiredService<ExchangeService>());
builder.Services.AddHostedService(provider => provider.GetRequiredService<ExchangeService>());
builder.Services.AddHostedService(provider => provider.GetRequiredService<MarketMakerService>());

try
{
    var app = builder.Build();

    // Before the web server starts: a wrong option is one message, not a failed start with a stack.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    app.UseExchangeTelemetry();
    ForwardedAddress.Use(app);
    app.UseControlListener();
    app.MapExchangeApi();
    app.MapExchangeAdministration();
    app.Run();
    return Environment.ExitCode;
}
catch (Exception refused) when (RefusedStart.Explain(refused) is { } explanation)
{
    Console.Error.WriteLine(explanation);
    return RefusedStart.ExitCode;
}

public partial class Program;
