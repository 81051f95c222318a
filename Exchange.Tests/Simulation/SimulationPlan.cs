using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Snapshot;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// What one seed runs under, drawn before anything runs. Most faults are off in any one seed and the others have a rate of their own ("swarm"):
/// so rare combinations come up, and one frequent fault does not hide all others.
/// </summary>
internal sealed record SimulationPlan
{
    public const int CommandsMin = 200;
    public const int CommandsMax = 2_000;

    public required ulong Seed { get; init; }

    /// <summary>Commands that clients hand over, all lives together.</summary>
    public required int Commands { get; init; }

    /// <summary>Ends of the process by force, 1 to 8.</summary>
    public required int Crashes { get; init; }

    public required GenesisCommand Genesis { get; init; }

    public required PipelineOptions Options { get; init; }

    /// <summary>Alignment that the disk demands of the journal's writes, bytes.</summary>
    public required int WriteAlignment { get; init; }

    /// <summary>Of a hundred ends, how many lose power; the others kill the process alone.</summary>
    public required int PowerLossPercent { get; init; }

    /// <summary>Of a hundred steps of the engine, how many may take more than one command.</summary>
    public required int BatchPercent { get; init; }

    /// <summary>Of a hundred disk operations, before how many another stage goes on.</summary>
    public required int PreemptPercent { get; init; }

    /// <summary>How often clients, engine, journal, publisher and clock get their turn.</summary>
    public required int[] Weights { get; init; }

    /// <summary>Of a hundred waits of the engine for room in the middle of a command, in how many the process ends, the first records of the command written.</summary>
    public required int EndInsideCommandPercent { get; init; }

    public required int SyncErrorPpm { get; init; }

    public required int SyncLiePpm { get; init; }

    public required int FolderErrorPpm { get; init; }

    public required int WriteErrorPpm { get; init; }

    public required int ShortWritePpm { get; init; }

    public required int ReadErrorPpm { get; init; }

    /// <summary>How often the disk turns full for a while.</summary>
    public required int DiskFullPpm { get; init; }

    /// <summary>Most virtual time that one disk operation takes, microseconds.</summary>
    public required int LatencyUsMax { get; init; }

    /// <summary>How often the wall clock jumps by up to an hour either way, of a thousand turns of the clock.</summary>
    public required int ClockJumpPermille { get; init; }

    /// <summary>Of a hundred turns of the clock, how many find it standing.</summary>
    public required int ClockFreezePercent { get; init; }

    /// <summary>An account whose orders break the engine while it changes its state; 0 for none.</summary>
    public required int PoisonousAccount { get; init; }

    /// <summary>Whether the housekeeping takes snapshots.</summary>
    public required bool TakesSnapshots { get; init; }

    /// <summary>Whether closed segments are archived: where no sync lies, for after a lie the archive may know more than the journal.</summary>
    public bool Archives => TakesSnapshots && SyncLiePpm == 0 && Seed % 2 == 0;

    /// <summary>Whether a store follows the journal.</summary>
    public bool IsFollowed => TakesSnapshots && Seed % 3 == 0;

    /// <summary>Whether the files are damaged where they were synced, once everything else is over.</summary>
    public required bool DamagesFiles { get; init; }

    public static SimulationPlan Draw(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x5117_1A7E);
        var workLimit = random.Chance(60) ? random.Chance(50) ? 1 : 3 : 200;
        int Rate(int percentOfSeeds, int ppmMax) => random.Chance(percentOfSeeds) ? (int)random.Between(ppmMax / 10, ppmMax) : 0;

        var ringBytes = 1 << (int)random.Between(18, 19);

        // Why: the engine then often waits for room in the middle of a command, with a part of its records on disk.
        var isNarrow = workLimit == 1 || random.Chance(30);
        var takesSnapshots = random.Chance(60);
        var commandSlots = 1 << (int)random.Between(7, 9);
        return new SimulationPlan
        {
            Seed = seed,
            Commands = CommandsMin << (int)random.Between(0, 2) is var commands && random.Chance(50) ? commands : (int)random.Between(commands, Math.Min(CommandsMax, commands * 5 / 2)),
            Crashes = (int)Math.Min(random.Between(1, 8), random.Between(1, 8)),
            Genesis = CommandGenerator.Genesis with { WorkLimit = workLimit },
            Options = new PipelineOptions
            {
                IsStepped = true,
                CommandRing = new CommandRingOptions { SlotCount = commandSlots },
                EventRing = new EventRingOptions
                {
                    ByteCount = ringBytes,
                    SlotCount = 1 << (isNarrow ? 4 : (int)random.Between(6, 10)),

                    // Of the seed, not drawn: the same plan as ever, with laps that end early in most of them.
                    EarlyLapByteCount = (1 << 10) << (int)(seed % 8),
                },
                Journal = new JournalOptions
                {
                    SegmentBytes = random.Between(24, 48) * 4_096,
                    GroupBytes = 80 << 10,
                    PrepareInBackground = false,
                    BuildId = "simulation",
                },
                Snapshot = new SnapshotOptions { ReplayMsMax = 100, ReplayNsPerRecord = 1_000_000, WriteBytesPerSecond = 0 },
                Retention = new RetentionOptions { DeletesSegments = takesSnapshots && random.Chance(70) },
                InFlightCommands = (int)random.Between(8, 200),
                ReplyTimeoutMs = random.Chance(20) ? 100 : 600_000,
            },
            WriteAlignment = random.Chance(25) ? 4_096 : 512,
            PowerLossPercent = (int)(random.Chance(30) ? random.Between(0, 30) : random.Between(60, 100)),
            BatchPercent = random.Chance(isNarrow ? 50 : 40) ? (int)random.Between(10, 100) : 0,
            PreemptPercent = random.Chance(80) ? (int)random.Between(10, 60) : 0,
            Weights = [(int)random.Between(1, 30), (int)random.Between(1, 30), (int)random.Between(1, 20), (int)random.Between(1, 20), (int)random.Between(1, 6)],
            EndInsideCommandPercent = random.Chance(50) ? (int)random.Between(10, 100) : 0,
            SyncErrorPpm = Rate(25, 8_000),
            SyncLiePpm = Rate(12, 100_000),
            FolderErrorPpm = Rate(10, 50_000),
            WriteErrorPpm = Rate(15, 5_000),
            ShortWritePpm = Rate(15, 5_000),
            ReadErrorPpm = Rate(10, 20_000),
            DiskFullPpm = Rate(15, 20_000),
            LatencyUsMax = random.Chance(40) ? (int)random.Between(100, 200_000) : 100,
            ClockJumpPermille = random.Chance(35) ? (int)random.Between(1, 200) : 0,
            ClockFreezePercent = random.Chance(15) ? (int)random.Between(10, 100) : 0,
            PoisonousAccount = workLimit > 100 && random.Chance(40) ? (int)random.Between(1, 36) : 0,
            TakesSnapshots = takesSnapshots,
            DamagesFiles = random.Chance(40),
        };
    }

    /// <summary>Returns the same run without any fault of its own: two process lives, each killed, then the last.</summary>
    public SimulationPlan WithoutFaults() => this with
    {
        Commands = CommandsMin,
        Crashes = 2,
        PowerLossPercent = 0,
        EndInsideCommandPercent = 0,
        SyncErrorPpm = 0,
        SyncLiePpm = 0,
        FolderErrorPpm = 0,
        WriteErrorPpm = 0,
        ShortWritePpm = 0,
        ReadErrorPpm = 0,
        DiskFullPpm = 0,
        LatencyUsMax = 100,
        ClockJumpPermille = 0,
        PoisonousAccount = 0,
        DamagesFiles = false,
    };

    /// <summary>Returns the plan in one line: only what is on.</summary>
    public override string ToString()
    {
        List<string> parts =
        [
            $"seed {Seed}: {Commands} commands, {Crashes} crashes ({PowerLossPercent} % lose power), work limit {Genesis.WorkLimit}",
            $"segments of {Options.Journal.SegmentBytes / 1024} KiB, event ring of {Options.EventRing.ByteCount / 1024} KiB, alignment {WriteAlignment}",
        ];
        void Add(string name, int value)
        {
            if (value != 0)
            {
                parts.Add($"{name} {value}");
            }
        }

        Add("end inside a command percent", EndInsideCommandPercent);
        Add("sync error ppm", SyncErrorPpm);
        Add("sync lie ppm", SyncLiePpm);
        Add("folder error ppm", FolderErrorPpm);
        Add("write error ppm", WriteErrorPpm);
        Add("short write ppm", ShortWritePpm);
        Add("read error ppm", ReadErrorPpm);
        Add("disk full ppm", DiskFullPpm);
        Add("latency us", LatencyUsMax);
        Add("clock jumps permille", ClockJumpPermille);
        Add("clock freeze percent", ClockFreezePercent);
        Add("poisonous account", PoisonousAccount);
        Add("preemption percent", PreemptPercent);
        Add("batch percent", BatchPercent);
        Add("snapshots", TakesSnapshots ? 1 : 0);
        Add("segments deleted", Options.Retention.DeletesSegments ? 1 : 0);
        Add("archive", Archives ? 1 : 0);
        Add("follower", IsFollowed ? 1 : 0);
        Add("damage at the end", DamagesFiles ? 1 : 0);
        return string.Join(", ", parts);
    }
}
