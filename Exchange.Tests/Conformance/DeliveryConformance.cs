using Exchange.Matching.Ports;
using Exchange.Replication.Following;
using Exchange.Replication.Messages;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Conformance;

/// <summary>
/// What every replicator must hold that delivers to a queue or stream, where nothing is taken back: at least once, in order in each group, and exactly
/// once for a consumer that keeps the last id of each group, which is what is compared.
/// </summary>
internal abstract class DeliveryConformance : ReplicatorConformance
{
    protected override int WritesPerFailure => 10;

    protected override void AssertHeldBack(IStore store, IStore before, IStore behind, string when)
    {
        var (delivered, least, most) = ((Target)store, (Target)before, (Target)behind);
        Assert.That(delivered.Position, Is.EqualTo(least.Position), when);
        foreach (var (group, messages) in most.Kept)
        {
            var here = delivered.Kept.GetValueOrDefault(group, []);
            Assert.That(here, Is.EqualTo(messages.Take(here.Count)), $"{when}: group {group} has no gap");
            Assert.That(here, Has.Count.AtLeast(least.Kept.GetValueOrDefault(group, []).Count), $"{when}: group {group} has what the position says");
        }
    }

    /// <summary>A target of its own, everything that was ever delivered to it, and the data directory with its position.</summary>
    internal abstract class Target : IStore
    {
        private const int RequestsAtOnce = 8;

        private readonly FaultyDisk _disk = new();
        private readonly List<EventReplicator> _replicators = [];
        private readonly Dictionary<string, List<(EventId Id, string Json)>> _kept = [];

        /// <summary>What a consumer has that keeps the last id of each group.</summary>
        public IReadOnlyDictionary<string, List<(EventId Id, string Json)>> Kept
        {
            get
            {
                foreach (var (group, id, json) in Receive())
                {
                    if (!_kept.TryGetValue(group, out var messages))
                    {
                        _kept.Add(group, messages = []);
                    }

                    if (messages.Count == 0 || messages[^1].Id.CompareTo(id) < 0)
                    {
                        messages.Add((id, json));
                    }
                }

                return _kept;
            }
        }

        public JournalPosition Position
        {
            get
            {
                using var target = NewTarget();
                return new PositionFile(_disk, target.Name, target.OpenAsync().GetAwaiter().GetResult()).Read().Position;
            }
        }

        public IReplicator NewReplicator(Action<string>? beforeStatement = null)
        {
            var replicator = new EventReplicator(NewTarget(), () => _disk, RequestsAtOnce, batchMessages: int.MaxValue, beforeStatement);
            _replicators.Add(replicator);
            return replicator;
        }

        public IReadOnlyList<string> DifferencesFrom(IStore other)
        {
            var (left, right) = (this, (Target)other);
            List<string> differences = left.Position == right.Position ? [] : [$"position {left.Position}, the other's {right.Position}"];
            differences.AddRange(left.Kept.Keys.Union(right.Kept.Keys)
                .Where(group => !left.Kept.GetValueOrDefault(group, []).SequenceEqual(right.Kept.GetValueOrDefault(group, [])))
                .Select(group => $"group {group}: {left.Kept.GetValueOrDefault(group, []).Count} messages, the other's {right.Kept.GetValueOrDefault(group, []).Count}"));
            return differences;
        }

        public virtual void Dispose() => _replicators.ForEach(replicator => replicator.Dispose());

        protected abstract IEventTarget NewTarget();

        /// <summary>Returns what was delivered since the last call, in order of each group.</summary>
        protected abstract IReadOnlyList<(string Group, EventId Id, string Json)> Receive();
    }
}
