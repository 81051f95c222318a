using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Replication.Following;

namespace Exchange.Replication.Messages;

/// <summary>
/// Sends the journal's events to a queue or stream, which keeps no position: that lies in a <see cref="PositionFile"/>, written behind the batch.
/// So every event is delivered at least once, in order within its group, and exactly once for whoever keeps the last id of each group:
/// what comes again after a crash or failure has the ids that it had. One thread.
/// </summary>
internal sealed class EventReplicator : IReplicator, IDisposable
{
    private readonly IEventTarget _target;
    private readonly Func<IStorage> _openStorage;
    private readonly Action<string>? _beforeStep;
    private readonly EventOutbox _outbox;
    private readonly EventJson _json = new();
    private readonly SymbolState _symbols = new();
    private readonly OrderEvents _orders;
    private readonly AuditEvents _audit;
    private readonly List<EventMessage> _messages = [];
    private PositionFile? _file;
    private JournalPosition _position;
    private long _sequence;

    /// <param name="openStorage">The data directory; asked at every opening.</param>
    /// <param name="batchMessages">Messages between two writes of the position.</param>
    /// <param name="beforeStep">Called before every request and every step of writing the position; what it throws fails it there.</param>
    public EventReplicator(
        IEventTarget target, Func<IStorage> openStorage, int requestsAtOnce, int batchMessages, Action<string>? beforeStep = null)
    {
        _target = target;
        PendingMax = batchMessages;
        _openStorage = openStorage;
        _beforeStep = beforeStep;
        _outbox = new EventOutbox(requestsAtOnce, beforeStep);
        _orders = new OrderEvents(_json, () => _symbols.Directory);
        _audit = new AuditEvents(_json, () => _symbols.Directory);
    }

    public string Name => _target.Name;

    public int PendingCount => _outbox.Count;

    public int PendingMax { get; }

    public long RoundTrips => _outbox.RoundTrips;

    public JournalPosition Open()
    {
        _file = new PositionFile(_openStorage(), Name, Wait(_target.OpenAsync()), _beforeStep);
        (_position, var symbols) = _file.Read();
        _symbols.Load(symbols);
        _sequence = _position.Sequence;
        return _position;
    }

    public void Apply(long epoch, in Record record)
    {
        Invariant.That(record.Sequence == _sequence + 1, "records are applied in sequence, each once");
        _sequence = record.Sequence;
        _symbols.Apply(record);
        _messages.Clear();
        _json.BeginRecord(epoch, record, _messages);
        if (record.CommandType.IsTrading())
        {
            _orders.Add(record);
        }
        else if (_target.TakesAudit)
        {
            _audit.Add(record);
        }

        foreach (var message in _messages)
        {
            _outbox.Add(_target.GroupOf(message), message);
        }
    }

    public void Commit(in JournalPosition position)
    {
        if (_file!.Read().Position != _position)
        {
            throw new InvalidOperationException($"the position of {Name} was moved by somebody else: one process sends the events of a data directory");
        }

        Wait(_outbox.SendAllAsync(_target));
        _file.Write(position, _symbols.Save());
        _position = position;
    }

    public void Close()
    {
        _file = null;
        _outbox.Clear();
    }

    public void Dispose()
    {
        _json.Dispose();
        _target.Dispose();
    }

    // Why: a replicator's thread has nothing else to do than to wait.
    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
