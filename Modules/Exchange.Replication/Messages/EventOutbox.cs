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

    /// <summary>Sends everything; what was sent is gone from here.</summary>
    /// <exception cref="StoreUnfitException">An entry was refused for good, or the service takes nothing any more.</exception>
    public async Task SendAllAsync(IEventTarget target)
    {
        var fruitless = 0;
        while (_groups.Count > 0)
        {
            var (isAnyTaken, refused) = await SendRoundAsync(target).ConfigureAwait(false);
            if (refused is not { } entry)
            {
                fruitless = 0;
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

    /// <summary>Sends one entry of every group, as far as that many requests reach.</summary>
    private async Task<(bool IsAnyTaken, RefusedEntry? Refused)> SendRoundAsync(IEventTarget target)
    {
        var requests = Requests(target);
        var answers = await Task.WhenAll(requests.Select(SendAsync)).ConfigureAwait(false);
        RefusedEntry? example = null;
        var isAnyTaken = false;
        for (var i = 0; i < requests.Count; i++)
        {
            var refused = answers[i].ToDictionary(entry => entry.Index);
            for (var index = 0; index < requests[i].Count; index++)
            {
                if (refused.TryGetValue(index, out var entry))
                {
                    example = example is { IsFinal: true } ? example : entry;
                    continue;
                }

                isAnyTaken = true;
                Remove(requests[i][index]);
            }
        }

        return (isAnyTaken, example);

        async Task<IReadOnlyList<RefusedEntry>> SendAsync(List<OutgoingEntry> request)
        {
            beforeRequest?.Invoke("send");
            var refused = await target.SendAsync(request).ConfigureAwait(false);
            Interlocked.Increment(ref _roundTrips);
            return refused;
        }
    }

    private List<List<OutgoingEntry>> Requests(IEventTarget target)
    {
        List<List<OutgoingEntry>> requests = [];
        var bytes = 0;
        foreach (var (group, messages) in _groups)
        {
            var entry = target.Pack(group, messages);
            if (requests.Count == 0 || requests[^1].Count == target.EntriesMax || bytes + entry.Bytes > target.BytesMax)
            {
                if (requests.Count == requestsAtOnce)
                {
                    break;
                }

                requests.Add([]);
                bytes = 0;
            }

            requests[^1].Add(entry);
            bytes += entry.Bytes;
        }

        return requests;
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
