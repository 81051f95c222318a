using Exchange.Matching.Events;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;

namespace Exchange.Tests.Support.PowerLoss;

/// <summary>The files that a loss of power has left, and what must be in them.</summary>
/// <param name="Files">By name relative to the data directory.</param>
/// <param name="Cut">Number of trace records before the loss.</param>
/// <param name="Shape">How the pending changes were settled.</param>
/// <param name="Acknowledged">Greatest sequence that anybody had been told.</param>
internal sealed record CrashImage(SortedDictionary<string, byte[]> Files, long Cut, PowerLossShape Shape, long Acknowledged)
{
    /// <summary>Memory-backed where the machine has it: thousands of images are written and recovered.</summary>
    private static readonly string Scratch = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static readonly PipelineOptions Options = new()
    {
        CommandRing = new CommandRingOptions { SlotCount = 256 },
        EventRing = new EventRingOptions { ByteCount = 1 << 22, SlotCount = 1_024 },
        Journal = new JournalOptions { SegmentBytes = 1 << 20, PrepareInBackground = false, BuildId = "test build" },
        InFlightCommands = 128,
    };

    /// <summary>What the recovery of an image came to.</summary>
    /// <param name="Breach">What is wrong, or null.</param>
    /// <param name="Sequence">Last one recovered.</param>
    /// <param name="WasTorn">A torn group was cut.</param>
    internal sealed record Outcome(string? Breach, long Sequence, bool WasTorn);

    public override string ToString() => $"power lost behind record {Cut}, {Shape}, {Files.Count} files, {Acknowledged} acknowledged";

    /// <summary>Writes the image into an empty folder, as the host would have made it.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (name, bytes) in Files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>Recovers the image with the pipeline's own recovery over real files and compares what comes up with the whole journal.</summary>
    public async Task<Outcome> RecoverAsync(MasterJournal master)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Scratch, $"exchange-image-{Environment.ProcessId}-{Cut}")).FullName;
        try
        {
            WriteTo(folder);
            var storage = new FileStorage(folder, JournalSyncMethod.Fdatasync, _ => { });
            await using var exchange = new PipelineExchange(storage, options: Options);
            try
            {
                var sequence = exchange.Pipeline.Recover(null).NextSequence - 1;
                var wasTorn = exchange.LogLines.Exists(line => line.Contains("torn", StringComparison.Ordinal));
                return new Outcome(FindBreach(sequence, exchange.StateHash, master) ?? FindForeignRecord(storage, master), sequence, wasTorn);
            }
            catch (Exception refused) when (refused is IOException or ReplayMismatchException)
            {
                return new Outcome($"{this}: refused: {refused.Message}", 0, WasTorn: false);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string? FindBreach(long sequence, ulong hash, MasterJournal master) =>
        sequence < Acknowledged ? $"{this}: LOST, recovered only to {sequence}"
        : master.HashBehind(sequence) is not { } expected ? $"{this}: recovered to {sequence}, where no group of the run ended"
        : hash != expected ? $"{this}: recovered to {sequence} with another state than the run had there"
        : null;

    private string? FindForeignRecord(FileStorage storage, MasterJournal master)
    {
        using var reader = new JournalReader(storage, FirstSequence(storage));
        while (reader.TryReadGroup(out var records))
        {
            for (; !records.IsEmpty; records = records[new Record(records).Bytes.Length..])
            {
                var record = new Record(records);
                if (!record.Bytes.SequenceEqual(master.Record(record.Sequence)))
                {
                    return $"{this}: record {record.Sequence} is not that of the run";
                }
            }
        }

        return null;
    }

    /// <summary>Older segments may have been pruned.</summary>
    private static long FirstSequence(FileStorage storage) =>
        storage.List("journal").FirstOrDefault(name => name.EndsWith(JournalFormat.SegmentSuffix, StringComparison.Ordinal)) is { } first
            ? long.Parse(Path.GetFileNameWithoutExtension(first), System.Globalization.CultureInfo.InvariantCulture)
            : 1;
}
