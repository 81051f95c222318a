using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Composition;

/// <summary>How the pipeline's threads and rings run on this machine (section <c>Exchange:Engine</c>).</summary>
public sealed class EngineOptions
{
    public const string Section = "Exchange:Engine";

    /// <summary>Slots of 128 bytes in the command ring, a power of two; default 16384. More absorbs longer bursts, and lets commands queue longer.</summary>
    public int CommandRingSlots { get; set; } = new CommandRingOptions().SlotCount;

    /// <summary>Bytes of the event ring, a power of two; default 33554432. How far the engine may run ahead of the journal.</summary>
    public int EventRingBytes { get; set; } = new EventRingOptions().ByteCount;

    /// <summary>Commands in flight; default 8192. More are answered 503 at once.</summary>
    public int InFlightCommands { get; set; } = new PipelineOptions().InFlightCommands;

    /// <summary>
    /// <c>Automatic</c> (default: by processor count), <c>BusySpin</c> (only with a core for each thread), <c>Yield</c> or <c>SpinThenBlock</c>.
    /// </summary>
    public WaitStrategyKind WaitStrategy { get; set; } = WaitStrategyKind.Automatic;

    /// <summary>Processor of the engine thread, -1 (default) to leave it to the system.</summary>
    public int EngineCpu { get; set; } = ThreadAffinity.Unpinned;

    /// <summary>Processor of the journal thread, -1 (default) to leave it to the system.</summary>
    public int JournalCpu { get; set; } = ThreadAffinity.Unpinned;

    /// <summary>Processor of the publisher thread, -1 (default) to leave it to the system.</summary>
    public int PublisherCpu { get; set; } = ThreadAffinity.Unpinned;

    /// <summary>
    /// How the journal reaches the disk: <c>Fdatasync</c> (default) or <c>DirectDsync</c>, which some devices serve with a shorter tail: measure
    /// with <c>Exchange.Benchmarks -- journal</c> on the volume in question. Figures: infra/decisions/0003-journal-sync.md.
    /// </summary>
    public JournalSyncMethod JournalSync { get; set; } = JournalSyncMethod.Fdatasync;

    /// <summary>Bytes of a journal segment, a multiple of 4096, at least 65536; default 67108864. Larger ones roll less often.</summary>
    public long JournalSegmentBytes { get; set; } = new JournalOptions().SegmentBytes;

    /// <summary>
    /// Bytes kept free for a full disk: a multiple of 4096, at least 1048576 and best twice the event ring; default 67108864; 0 for none. When the next
    /// segment finds no room, new orders are refused at once, and cancels go on into what is left and half of this. Without one the exchange ends
    /// when its segment is full.
    /// </summary>
    public long JournalReserveBytes { get; set; } = 64L << 20;

    public PipelineOptions ToPipelineOptions(string buildId) => new()
    {
        CommandRing = new CommandRingOptions { SlotCount = CommandRingSlots, WaitStrategy = WaitStrategy },
        EventRing = new EventRingOptions { ByteCount = EventRingBytes, WaitStrategy = WaitStrategy },
        Journal = new JournalOptions { SegmentBytes = JournalSegmentBytes, ReserveBytes = JournalReserveBytes, BuildId = buildId },
        InFlightCommands = InFlightCommands,
        EngineCpu = EngineCpu,
        JournalCpu = JournalCpu,
        PublisherCpu = PublisherCpu,
    };
}

internal sealed class EngineOptionsValidator : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        // The configuration takes any number for an enum.
        if (!Enum.IsDefined(options.WaitStrategy))
        {
            return ValidateOptionsResult.Fail(
                $"{EngineOptions.Section}:{nameof(EngineOptions.WaitStrategy)} '{options.WaitStrategy}' is unknown: write {string.Join(", ", Enum.GetNames<WaitStrategyKind>())}");
        }

        if (!Enum.IsDefined(options.JournalSync))
        {
            return ValidateOptionsResult.Fail(
                $"{EngineOptions.Section}:{nameof(EngineOptions.JournalSync)} '{options.JournalSync}' is unknown: write {string.Join(", ", Enum.GetNames<JournalSyncMethod>())}");
        }

        var largest = RecordLimits.MaxRecordLength(GenesisCommand.Default(ExchangeMode.Sandbox).WorkLimit);
        return options.ToPipelineOptions("").Validate(largest) is { } error
            ? ValidateOptionsResult.Fail($"{EngineOptions.Section}: {error}")
            : ValidateOptionsResult.Success;
    }
}
