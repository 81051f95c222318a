using Exchange.Matching.Journal;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// Damage in synced files, very often (RELIABILITY A3): journals of random streams, one damage each, then a start. See <see cref="DamageTrial"/> for
/// what may come of it.
/// </summary>
internal sealed class CorruptionRun(int count, ulong firstSeed = 1)
{
    private const int JournalCount = 32;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];
    private int _next;
    private int _done;

    /// <summary>Corruptions tried so far. Any thread.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>How often each damage came to each outcome; once the run is over.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    /// <summary>What broke a promise; once the run is over.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public Task RunAsync(int threads)
    {
        var journals = Enumerable.Range(0, JournalCount).AsParallel().Select(index => new DamageableJournal(firstSeed + (ulong)index)).ToArray();
        return Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(() => RunSome(journals), TaskCreationOptions.LongRunning)));
    }

    private void RunSome(DamageableJournal[] journals)
    {
        for (var index = Interlocked.Increment(ref _next) - 1; index < count; index = Interlocked.Increment(ref _next) - 1)
        {
            var outcome = "";
            string? failure = null;
            try
            {
                outcome = journals[index % journals.Length].Damage(new SplitMix64(firstSeed * 1_000_003 + (ulong)index));
            }
            catch (Exception broken)
            {
                failure = $"corruption {index} of first seed {firstSeed}: {broken}";
            }

            lock (_gate)
            {
                _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
                _failures.AddRange(failure is null ? [] : [failure]);
            }

            Interlocked.Increment(ref _done);
        }
    }

    /// <summary>A data directory of several small segments that is damaged again and again, each time from the whole one; every second has snapshots.</summary>
    private sealed class DamageableJournal
    {
        private readonly SortedDictionary<string, byte[]> _files;
        private readonly DamageTruth _truth;

        public DamageableJournal(ulong seed)
        {
            var random = new SplitMix64(seed);
            var hasSnapshots = seed % 2 == 0;
            var stream = new StreamJournal(seed, commands: (int)(hasSnapshots ? random.Between(2_000, 3_000) : random.Between(50, 600)), withHashes: hasSnapshots);
            var disk = new FaultyDisk { WriteAlignment = random.Chance(25) ? 4_096 : 512 };
            var journal = JournalFixture.Options with { SegmentBytes = JournalFormat.MinSegmentBytes };
            if (hasSnapshots)
            {
                var options = HousekeptJournal.Options with { Journal = journal, Retention = new RetentionOptions { DeletesSegments = seed % 4 == 0 } };
                using var kept = new HousekeptJournal(stream, disk, (int)seed, options: options);
                kept.WriteAndLook(stream.Records.Count);
            }
            else
            {
                using var appender = new JournalAppender(disk, JournalEnd.Empty, epoch: 1, journal);
                stream.Write(appender, new Random((int)seed), 0, stream.Records.Count);
            }

            _files = disk.Contents();
            _truth = new DamageTruth(stream.Records, () => new BareExchange());
        }

        public string Damage(SplitMix64 random)
        {
            var disk = new FaultyDisk();
            foreach (var (name, bytes) in _files)
            {
                disk.Put(name, bytes);
            }

            return DamageTrial.Run(disk, _truth, random);
        }
    }
}
