using System.Globalization;
using System.Runtime;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using Exchange.Matching.Journal;

namespace Exchange.Tests.Support.Determinism;

/// <summary>
/// Writes a journal, or recovers one as the exchange does at a start, and prints the hash of the whole state on the way: equal lines mean equal
/// states. Lines that begin with # tell what runtime this is. A process of its own, so that each can have another runtime configuration.
/// </summary>
internal static class DeterminismProgram
{
    public const string Command = "determinism";
    public const string Usage = "write DIRECTORY RECORDS SEED | replay DIRECTORY [CULTURE]";

    private const int UsageExitCode = 64;

    /// <summary>Returns the exit code; a refused journal ends the process with its exception.</summary>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["write", var directory, var records, var seed]:
                LongJournal.Write(directory, int.Parse(records, CultureInfo.InvariantCulture), ulong.Parse(seed, CultureInfo.InvariantCulture), Print);
                return 0;
            case ["replay", var directory, .. var culture]:
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture is [var name] ? name : "");
                PrintFacts();
                Replay(directory);
                return 0;
            default:
                Console.Error.WriteLine($"usage: {Command} {Usage}");
                return UsageExitCode;
        }
    }

    private static void Replay(string directory)
    {
        using var exchange = new BareExchange();
        var storage = new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { });
        var last = 0L;
        exchange.Recover(storage, sequence =>
        {
            last = sequence;
            if (sequence % LongJournal.HashInterval == 0)
            {
                Print(sequence, exchange.Engine.ComputeStateHash());
            }
        });
        Print(last, exchange.Engine.ComputeStateHash());

        // The text of the views is the tests' own: it, not the exchange, writes numbers as the culture has them.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.WriteLine($"views {Hash(Encoding.UTF8.GetBytes(exchange.ViewsText()))}");
        Console.WriteLine($"snapshot {Hash(exchange.SaveSnapshot())}");
    }

    private static void Print(long sequence, ulong hash) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sequence} {hash:x16}"));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];

    /// <summary>What a configuration really came to, for the test to check: a setting that the runtime ignores would prove nothing.</summary>
    private static void PrintFacts()
    {
        ThreadPool.GetMaxThreads(out var workers, out _);
#if DEBUG
        const string Build = "Debug";
#else
        const string Build = "Release";
#endif
        Console.WriteLine(
            $"# build={Build} culture={CultureInfo.CurrentCulture.Name} number={(-1.5).ToString(CultureInfo.CurrentCulture)} upper={"i".ToUpper(CultureInfo.CurrentCulture)} "
            + $"zone={TimeZoneInfo.Local.GetUtcOffset(DateTime.UnixEpoch)} year={DateTime.UtcNow.Year} gc={(GCSettings.IsServerGC ? "server" : "workstation")} "
            + $"avx2={Avx2.IsSupported} vector={Vector128.IsHardwareAccelerated} workers={workers}");
    }
}
