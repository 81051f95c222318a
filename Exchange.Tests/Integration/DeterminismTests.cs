using System.Text.Json.Nodes;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Determinism;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>
/// One journal, replayed by processes of many runtime configurations, has the same state every 10,000 records (RELIABILITY.md, I1). Environment:
/// EXCHANGE_DETERMINISM_RECORDS, length of the journal (200,000; the long run takes 10,000,000); EXCHANGE_DETERMINISM_ALL=1, all configurations
/// instead of a few; EXCHANGE_SEED.
/// </summary>
public sealed class DeterminismTests
{
    private const string FakeTime = "faketime/libfaketime.so.1";
    private static readonly TimeSpan LongestReplay = TimeSpan.FromMinutes(30);

    /// <summary>What a process differs in.</summary>
    /// <param name="InCi">Whether every run of the tests takes it.</param>
    /// <param name="Fact">What the process must print about itself: the setting has taken effect; empty where a process cannot know.</param>
    private sealed record Configuration(string Name, bool InCi, string Fact, params (string Name, string Value)[] Environment)
    {
        /// <summary>Of the thread; empty is the invariant one, and the exchange's own globalization mode.</summary>
        public string Culture { get; init; } = "";

        public string Build { get; init; } = "";
    }

    private static readonly Configuration[] Configurations =
    [
        new("as it is", true, "gc=workstation"),
        new("no tiered compilation", true, "", ("DOTNET_TieredCompilation", "0")),
        new("no vector instructions", true, "avx2=False vector=False", ("DOTNET_EnableHWIntrinsic", "0")),
        new("Turkish", true, "culture=tr-TR number=-1,5 upper=İ") { Culture = "tr-TR" },
        new("no profile-guided optimization", false, "", ("DOTNET_TieredPGO", "0")),
        new("no precompiled code", false, "", ("DOTNET_ReadyToRun", "0")),
        new("no quick compilation of loops", false, "", ("DOTNET_TC_QuickJitForLoops", "0")),
        new("server GC", false, "gc=server", ("DOTNET_gcServer", "1")),
        new("no concurrent GC", false, "gc=workstation", ("DOTNET_gcConcurrent", "0")),
        new("no AVX2", false, "avx2=False vector=True", ("DOTNET_EnableAVX2", "0")),
        new("Arabic", false, "culture=ar-SA") { Culture = "ar-SA" },
        new("Kathmandu", false, "zone=05:30:00", ("TZ", "Asia/Kathmandu")),
        new("as few pool threads as the runtime allows", false, $"workers={Environment.ProcessorCount}", ("DOTNET_ThreadPool_ForceMaxWorkerThreads", "1")),
        new("sixteen pool threads", false, $"workers={Math.Max(16, Environment.ProcessorCount)}", ("DOTNET_ThreadPool_ForceMaxWorkerThreads", "10")),
        new("another clock", false, "year=2031", ("FAKETIME", "@2031-03-04 05:06:07")),
        new("Debug build", false, "build=Debug") { Build = "Debug" },
        new("as it is, once more", false, "gc=workstation"),
    ];

    [Test]
    public async Task A_journal_replays_to_the_same_states_in_every_runtime_configuration()
    {
        var records = LongRun.Setting("EXCHANGE_DETERMINISM_RECORDS", 200_000);
        var all = LongRun.Setting("EXCHANGE_DETERMINISM_ALL", 0) == 1;
        var seed = LongRun.Seed();
        var folder = Directory.CreateTempSubdirectory("exchange-determinism-");
        try
        {
            await TestContext.Progress.WriteLineAsync($"determinism: {records} records, EXCHANGE_SEED={seed}");
            var written = await RunAsync(OwnDll, ["write", folder.FullName, $"{records}", $"{seed}"]);
            Assert.That(written, Has.Length.GreaterThanOrEqualTo(records / LongJournal.HashInterval));

            string[]? replayed = null;
            var ran = 0;
            foreach (var configuration in Configurations.Where(configuration => all || configuration.InCi))
            {
                if (await ReplayAsync(configuration, folder.FullName) is not { } lines)
                {
                    continue;
                }

                Assert.That(lines[0], Does.StartWith("#").And.Contain(configuration.Fact), $"'{configuration.Name}' has not taken effect");
                var states = lines[1..];
                Assert.That(states[..written.Length], Is.EqualTo(written), $"'{configuration.Name}' has other states than the process that wrote the journal, EXCHANGE_SEED={seed}");
                replayed ??= states;
                Assert.That(states, Is.EqualTo(replayed), $"'{configuration.Name}' has other views or another snapshot, EXCHANGE_SEED={seed}");
                ran++;
            }

            await TestContext.Progress.WriteLineAsync($"determinism: {written.Length} hashes equal in {ran} configurations");
            Assert.That(ran, Is.GreaterThanOrEqualTo(all ? 12 : 3));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The comparison can fail: another journal has other states.</summary>
    [Test]
    public async Task Another_seed_has_other_states()
    {
        var folders = new[] { Directory.CreateTempSubdirectory("exchange-determinism-"), Directory.CreateTempSubdirectory("exchange-determinism-") };
        try
        {
            var one = await RunAsync(OwnDll, ["write", folders[0].FullName, "20000", "1"]);
            var other = await RunAsync(OwnDll, ["write", folders[1].FullName, "20000", "2"]);

            Assert.That(one.Intersect(other), Is.Empty);
        }
        finally
        {
            Array.ForEach(folders, folder => folder.Delete(recursive: true));
        }
    }

    private static string[] LibraryFolders { get; } =
        [.. new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib" }.Where(Directory.Exists)];

    private static string OwnDll => typeof(DeterminismTests).Assembly.Location;

    /// <summary>Returns what the process printed, or null when this machine cannot have that configuration.</summary>
    private static async Task<string[]?> ReplayAsync(Configuration configuration, string directory)
    {
        var dll = OwnDll;
        var environment = configuration.Environment.ToDictionary(variable => variable.Name, variable => variable.Value);
        if (configuration.Build.Length > 0)
        {
            var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            dll = Path.Combine(framework.Parent!.Parent!.FullName, configuration.Build, framework.Name, Path.GetFileName(dll));
            if (!File.Exists(dll))
            {
                return await SkipAsync(configuration, $"{dll} was not built");
            }
        }

        if (environment.ContainsKey("FAKETIME"))
        {
            var library = LibraryFolders.Select(path => Path.Combine(path, FakeTime)).FirstOrDefault(File.Exists);
            if (library is null)
            {
                return await SkipAsync(configuration, "libfaketime is not installed");
            }

            environment["LD_PRELOAD"] = library;
        }

        string[] arguments = ["replay", directory];
        string? runtimeConfiguration = null;
        if (configuration.Culture.Length > 0)
        {
            if (!LibraryFolders.Any(path => Directory.GetFiles(path, "libicuuc.so*").Length > 0))
            {
                return await SkipAsync(configuration, "cultures need ICU, which is not installed");
            }

            arguments = [.. arguments, configuration.Culture];

            // The variable, which scripts set where ICU may be missing, counts more than the configuration file.
            environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
            runtimeConfiguration = Path.Combine(directory, "culture.runtimeconfig.json");
            await File.WriteAllTextAsync(runtimeConfiguration, WithCultures(Path.ChangeExtension(dll, ".runtimeconfig.json")));
        }

        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var lines = await RunAsync(dll, arguments, environment, runtimeConfiguration);
        await TestContext.Progress.WriteLineAsync($"'{configuration.Name}': {System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, {lines[0]}");
        return lines;
    }

    private static async Task<string[]?> SkipAsync(Configuration configuration, string reason)
    {
        await TestContext.Progress.WriteLineAsync($"SKIPPED configuration '{configuration.Name}': {reason}");
        return null;
    }

    /// <summary>The exchange runs without cultures; here it gets them, to show that they change nothing.</summary>
    private static string WithCultures(string path)
    {
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        var properties = json["runtimeOptions"]!["configProperties"]!.AsObject();
        properties["System.Globalization.Invariant"] = false;
        properties["System.Globalization.PredefinedCulturesOnly"] = false;
        return json.ToJsonString();
    }

    private static async Task<string[]> RunAsync(
        string dll, string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string? runtimeConfiguration = null)
    {
        await using var process = ChildProcess.Start(
            dll, [DeterminismProgram.Command, .. arguments], environment ?? new Dictionary<string, string>(), runtimeConfiguration);
        Assert.That(await process.WaitForExitAsync(LongestReplay), Is.Zero, process.Output);
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
