using Exchange.Replication.Following;

namespace Exchange.Replication.Messages;

/// <summary>
/// Messages on their way, each group in its order. Of a group, one entry at most is under way: a service takes or refuses the entries of a request
/// one by one, and a later one that is taken where an earlier one was refused would be the last that a consumer takes of the group.
/// So an entry that was refused holds back its group, and no other. One thread.
/// </summary>
/// <param name="requestsAtOnce">Requests under way at most.</param>
/// <param name="beforeRequest">Called before each request; what it throws fails it.</param>
internal sealed class EventOutbox(int requestsAtOnce, Action<string>? beforeRequest = null)
{
    /// <summary>Rounds without an entry that was taken, before sending is given up: with the pauses between them some 6 s.</summary>
    private const int FruitlessRoundsMax = 8;

    private const int PauseMs = 50;
    private const int PauseMsMax = 2_000;

    private readonly Dictionary<string, Queue<EventMessage>> _groups = [];
    private readonly HashSet<string> _groupsUnderWay = [];
    private readonly Random _jitter = new();
    private long _roundTrips;

    public int Count { get; private set; }

    /// <summary>Requests answered since this was made. Any thread.</summary>
    public long RoundTrips => Volatile.Read(ref _roundTrips);

    public void Add(string group, in EventMessage message)
    {
        if (!_groups.TryGetValue(group, out var messages))
        {
            _groups.Add(group, messages = new Queue<EventMessage>());
        }

        messages.Enqueue(message);
        Count++;
    }

    public void Clear()
    {
        _groups.Clear();
        Count = 0;
    }

    /// <summary>
    /// Sends everything; what was sent is gone from here. As many requests as are allowed are under way: when one is answered, the next one is made of the groups
    /// that have none under way. Behind a refusal, those under way are waited for, then a pause.
    /// </summary>
    /// <exception cref="StoreUnfitException">An entry was refused for good, or the service takes nothing any more.</exception>
    public async Task SendAllAsync(IEventTarget target)
    {
        var fruitless = 0;
        while (_groups.Count > 0)
        {
            var (isAnyTaken, refused) = await SendUntilRefusedAsync(target).ConfigureAwait(false);
            if (refused is not { } entry)
            {
                continue;
            }

            fruitless = isAnyTaken ? 0 : fruitless + 1;
            if (entry.IsFinal || fruitless == FruitlessRoundsMax)
            {
                throw new StoreUnfitException($"{target.Name} refuses an event: {entry.Code} ({entry.Reason})");
            }

            // Jitter, so that several writers that were throttled together do not come back together.
            var pauseMs = Math.Min(PauseMsMax, PauseMs << fruitless);
            await Task.Delay(_jitter.Next(pauseMs / 2, pauseMs)).ConfigureAwait(false);
        }
    }

    /// <summary>Sends until nothing is left, or until an entry is refused; nothing is under way when this returns or throws.</summary>
    private async Task<(bool IsAnyTaken, RefusedEntry? Refused)> SendUntilRefusedAsync(IEventTarget target)
    {
        var underWay = new List<Task<(List<OutgoingEntry> Entries, IReadOnlyList<RefusedEntry> Refused)>>();
        RefusedEntry? example = null;
        var isAnyTaken = false;
        try
        {
            do
            {
                while (example is null && underWay.Count < requestsAtOnce && NextRequest(target) is { Count: > 0 } entries)
                {
                    underWay.Add(SendAsync(entries));
                }

                var answered = await Task.WhenAny(underWay).ConfigureAwait(false);
                underWay.Remove(answered);
                var (sent, refused) = await answered.ConfigureAwait(false);
                for (var index = 0; index < sent.Count; index++)
                {
                    _groupsUnderWay.Remove(sent[index].Group);
                    if (refused.Where(entry => entry.Index == index).Cast<RefusedEntry?>().FirstOrDefault() is { } entry)
                    {
                        example = example is { IsFinal: true } ? example : entry;
                        continue;
                    }

                    isAnyTaken = true;
                    Remove(sent[index]);
                }
            }
            while (underWay.Count > 0 || (example is null && _groups.Count > 0));
        }
        finally
        {
            // What is sent again must not pass what is still under way.
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _groupsUnderWay.Clear();
        }

        return (isAnyTaken, example);

        async Task<(List<OutgoingEntry> Entries, IReadOnlyList<RefusedEntry> Refused)> SendAsync(List<OutgoingEntry> entries)
        {
            beforeRequest?.Invoke("send");
            var refused = await target.SendAsync(entries).ConfigureAwait(false);
            Interlocked.Increment(ref _roundTrips);
            return (entries, refused);
        }
    }

    /// <summary>Makes a request of the next entry of every group that has none under way, as far as one reaches; empty when all have.</summary>
    private List<OutgoingEntry> NextRequest(IEventTarget target)
    {
        List<OutgoingEntry> entries = [];
        var bytes = 0;
        foreach (var (group, messages) in _groups)
        {
            if (_groupsUnderWay.Contains(group))
            {
                continue;
            }

            var entry = target.Pack(group, messages);
            if (entries.Count > 0 && bytes + entry.Bytes > target.BytesMax)
            {
                break;
            }

            entries.Add(entry);
            bytes += entry.Bytes;
            if (entries.Count == target.EntriesMax)
            {
                break;
            }
        }

        _groupsUnderWay.UnionWith(entries.Select(entry => entry.Group));
        return entries;
    }

    private void Remove(OutgoingEntry entry)
    {
        var messages = _groups[entry.Group];
        for (var left = entry.MessageCount; left > 0; left--)
        {
            messages.Dequeue();
        }

        Count -= entry.MessageCount;
        if (messages.Count == 0)
        {
            _groups.Remove(entry.Group);
        }
    }
}
