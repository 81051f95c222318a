using System.Diagnostics;
using System.Runtime.Versioning;
using Exchange.Benchmarks.Http;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>
/// The image without Docker: its build steps run in a folder that holds only what the Dockerfile copies, and what comes out is started as the
/// image would start it: another user, an application folder that nobody may write, a data folder of its own.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ImageTests
{
    // The user that the base image defines as APP_UID.
    private const int AppUser = 1654;

    private static readonly ImageRecipe Recipe = new(File.ReadAllText(RepositoryFiles.Path("Dockerfile")));

    [Test]
    public async Task The_image_is_built_by_its_steps_and_traded_on_as_a_venue()
    {
        var root = Directory.CreateDirectory(Path.Combine("/var/tmp", $"exchange-image-{Environment.ProcessId}")).FullName;
        try
        {
            Build(root);
            await using var venue = new Venue();
            StartAs(venue, root);
            await venue.Host.StartAsync();

            Assert.That(Check(venue), Is.Zero, "the image's own health check");
            var keys = await venue.OpenMarketAsync();
            using var seller = new TradingClient(venue.Host.Url, new TradingAccount(1, keys[0].ApiKey, keys[0].Secret));
            using var buyer = new TradingClient(venue.Host.Url, new TradingAccount(2, keys[1].ApiKey, keys[1].Secret));
            Assert.That((await seller.PlaceAsync("symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=60000")).IsOk, Is.True);
            var bought = await buyer.PlaceAsync("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.2");
            Assert.That(bought.Json.GetProperty("status").GetString(), Is.EqualTo("FILLED"), bought.ToString());
            Assert.That((await buyer.PostJsonAsync("/sandbox/accounts", "{}")).Status, Is.EqualTo(404), "an image is a venue");

            Assert.That(ProcessUser(venue.Host.Id), Is.EqualTo(IsRoot ? AppUser : ProcessUser(Environment.ProcessId)), "not root");
            Assert.That(Directory.GetFiles(Path.Combine(root, "data"), "*", SearchOption.AllDirectories), Has.Some.Contains("journal"));
            venue.Host.Terminate();
            Assert.That(await venue.Host.WaitForExitAsync(), Is.Zero);
            Assert.That(Check(venue), Is.Not.Zero, "a stopped image is not healthy");
        }
        finally
        {
            Run("chmod", ["-R", "u+w", root]);
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public void The_image_starts_a_venue_that_keeps_its_data_on_its_volume()
    {
        Assert.That(Recipe.Environment["Exchange__Mode"], Is.EqualTo("venue"));
        Assert.That(Recipe.Environment["Exchange__DataDirectory"], Does.StartWith(Recipe.Volume));
        Assert.That(Recipe.User, Is.EqualTo("$APP_UID"), "the base image's unprivileged user");
        Assert.That(Recipe.EntryPoint, Is.EqualTo(new[] { "dotnet", "Exchange.Host.dll" }));
    }

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Runs the build stage below <paramref name="root"/>: src is its work folder, app and data are what it leaves.</summary>
    private static void Build(string root)
    {
        var source = Directory.CreateDirectory(Path.Combine(root, "src")).FullName;
        foreach (var step in Recipe.BuildSteps)
        {
            if (step.Name == "COPY")
            {
                var parts = step.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                foreach (var part in parts[..^1])
                {
                    Copy(part, Path.Combine(source, parts[^1]), parts[^1].EndsWith('/'));
                }
            }
            else
            {
                var command = step.Arguments.Replace("-o /app", $"-o {root}/app", StringComparison.Ordinal).Replace("mkdir /data", $"mkdir {root}/data", StringComparison.Ordinal);
                var (code, output) = Run("bash", ["-c", command], source);
                Assert.That(code, Is.Zero, $"RUN {command}\n{output}");
            }
        }

        Run("chmod", ["-R", "a-w,a+rX", Path.Combine(root, "app")]);
        Run("chmod", ["700", Path.Combine(root, "data")]);
        if (IsRoot)
        {
            Run("chown", [$"{AppUser}:{AppUser}", Path.Combine(root, "data")]);
        }
    }

    /// <summary>Copies as the Dockerfile's COPY does, without what .dockerignore leaves out.</summary>
    private static void Copy(string from, string to, bool intoFolder)
    {
        var path = RepositoryFiles.Path(from.TrimEnd('/'));
        if (Directory.Exists(path))
        {
            foreach (var file in RepositoryFiles.All().Where(file => file.StartsWith(from, StringComparison.Ordinal)))
            {
                var target = Path.Combine(to, file[from.Length..]);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(RepositoryFiles.Path(file), target, overwrite: true);
            }

            return;
        }

        Directory.CreateDirectory(intoFolder ? to : Path.GetDirectoryName(to)!);
        File.Copy(path, intoFolder ? Path.Combine(to, Path.GetFileName(path)) : to, overwrite: true);
    }

    /// <summary>Makes the venue's host the image's: its files, its environment, its user.</summary>
    private static void StartAs(Venue venue, string root)
    {
        foreach (var (name, value) in Recipe.Environment.Where(pair => pair.Key != "ASPNETCORE_URLS"))
        {
            venue.Host.Settings[name] = value;
        }

        venue.Host.Settings["Exchange__DataDirectory"] = Path.Combine(root, "data");
        venue.Host.Dll = Path.Combine(root, "app", Recipe.EntryPoint[1]);
        if (IsRoot)
        {
            Run("chown", ["-R", $"{AppUser}:{AppUser}", venue.SecretsFolder]);
            venue.Host.Launcher = ["setpriv", $"--reuid={AppUser}", $"--regid={AppUser}", "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--"];
        }
    }

    /// <summary>Runs the image's health check against the venue's port.</summary>
    private static int Check(Venue venue)
    {
        var port = new Uri(venue.Host.Url).Port;
        var command = Recipe.HealthCheck.Select(part => part.Replace("/8080", $"/{port}", StringComparison.Ordinal)).ToArray();
        return Run(command[0], command[1..]).Code;
    }

    private static int ProcessUser(int id) =>
        int.Parse(File.ReadAllLines($"/proc/{id}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static (int Code, string Output) Run(string program, string[] arguments, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
