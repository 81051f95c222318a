using Exchange.Replication.Messages;

namespace Exchange.Benchmarks.Replicate;

/// <summary>A target that keeps the requests that go through it, the first ones, so that they can be sent again without all that made them.</summary>
internal sealed class SentRequests(IEventTarget target) : IEventTarget
{
    private const int MessagesKept = 50_000;

    private readonly List<IReadOnlyList<OutgoingEntry>> _requests = [];
    private int _messages;

    public IReadOnlyList<IReadOnlyList<OutgoingEntry>> Requests => _requests;

    public string Name => target.Name;

    public int EntriesMax => target.EntriesMax;

    public int BytesMax => target.BytesMax;

    public bool TakesAudit => target.TakesAudit;

    public Task<string> OpenAsync() => target.OpenAsync();

    public string GroupOf(in EventMessage message) => target.GroupOf(message);

    public OutgoingEntry Pack(string group, IReadOnlyCollection<EventMessage> messages) => target.Pack(group, messages);

    public Task<IReadOnlyList<RefusedEntry>> SendAsync(IReadOnlyList<OutgoingEntry> entries)
    {
        if (_messages < MessagesKept)
        {
            _requests.Add(entries);
            _messages += entries.Sum(entry => entry.MessageCount);
        }

        return target.SendAsync(entries);
    }

    public void Dispose() => target.Dispose();
}
