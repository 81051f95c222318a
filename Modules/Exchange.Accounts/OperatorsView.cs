using System.Security.Cryptography;
using System.Text;
using Exchange.Matching.Administration;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// The published operators and the latest <see cref="AuditEntriesKept"/> administrative commands: a pure fold of durable records. One writer
/// (recovery, then the publisher), readers under a lock that a batch holds once.
/// </summary>
/// <param name="auditEntriesKept">Fewer in tests only.</param>
internal sealed class OperatorsView(int auditEntriesKept = OperatorsView.AuditEntriesKept) : IOperatorsModule, IRecordConsumer, ISnapshotState
{
    /// <summary>Older administrative commands are in the journal alone.</summary>
    public const int AuditEntriesKept = 10_000;

    private const int Version = 1;

    private readonly Lock _lock = new();
    private readonly List<(Operator Operator, byte[] TokenHash)> _operators = [];
    private readonly Queue<AuditEntry> _audit = new();

    public IRecordConsumer View => this;

    public IRecordConsumer NewView() => new OperatorsView(auditEntriesKept);

    public IReadOnlyList<Operator> Operators
    {
        get
        {
            lock (_lock)
            {
                return [.. _operators.Select(entry => entry.Operator)];
            }
        }
    }

    public bool TryAuthenticate(ReadOnlySpan<byte> token, out Operator found)
    {
        Span<byte> hash = stackalloc byte[OperatorTable.TokenHashLength];
        SHA256.HashData(token, hash);
        Operator? match = null;
        lock (_lock)
        {
            // Every operator is compared, whoever matches.
            foreach (var (candidate, tokenHash) in _operators)
            {
                match = CryptographicOperations.FixedTimeEquals(hash, tokenHash) ? candidate : match;
            }
        }

        found = match!;
        return match is { IsEnabled: true };
    }

    public IReadOnlyList<AuditEntry> Audit(int limit, long beforeSequence)
    {
        lock (_lock)
        {
            return [.. _audit.Reverse().Where(entry => entry.Sequence < beforeSequence).Take(limit)];
        }
    }

    /// <summary>Takes the lock that <see cref="EndBatch"/> gives back, on the same thread.</summary>
    public void BeginBatch() => _lock.Enter();

    public void EndBatch() => _lock.Exit();

    public void Apply(in Record record, int replyToken)
    {
        if (record.CommandType.IsTrading())
        {
            return;
        }

        var reject = RejectReason.None;
        long firstSequence = 0;
        for (var events = record.Events; events.MoveNext();)
        {
            switch (events.Type)
            {
                case EventType.CommandRejected:
                    reject = events.As<CommandRejected>().Reason;
                    break;
                case EventType.RequestRepeated:
                    firstSequence = events.As<RequestRepeated>().FirstSequence;
                    break;
                case EventType.OperatorCreated:
                    Create(record, events.As<OperatorCreated>().OperatorId);
                    break;
                case EventType.OperatorChanged:
                    Change(record, events.As<OperatorChanged>());
                    break;
            }
        }

        AddAudit(record, reject, firstSequence);
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(Version);
        writer.Write(_operators.Count);
        foreach (var (each, tokenHash) in _operators)
        {
            writer.Write(each.Name);
            writer.Write((byte)each.Role);
            writer.Write(each.IsEnabled);
            writer.Write(tokenHash);
        }

        writer.Write(_audit.Count);
        foreach (var entry in _audit)
        {
            writer.Write(entry.Sequence);
            writer.Write(entry.TimeUs);
            writer.Write(entry.OperatorId);
            writer.Write((Int128)entry.RequestId);
            writer.Write(entry.Reason);
            writer.Write((byte)entry.RequestType);
            writer.Write(entry.Request.Span);
            writer.Write((int)entry.Reject);
            writer.Write(entry.FirstSequence);
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("operators view", Version);
        for (var left = reader.ReadCount(OperatorTable.MaxOperators); left > 0; left--)
        {
            var name = reader.ReadString();
            var role = (OperatorRole)reader.ReadByte();
            _operators.Add((new Operator(_operators.Count + 1, name, role, reader.ReadBool()), reader.ReadBytes()));
        }

        for (var left = reader.ReadCount(auditEntriesKept); left > 0; left--)
        {
            _audit.Enqueue(new AuditEntry(
                reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32(), (UInt128)reader.ReadInt128(), reader.ReadString(),
                (CommandType)reader.ReadByte(), reader.ReadBytes(), (RejectReason)reader.ReadInt32(), reader.ReadInt64()));
        }
    }

    private void Create(in Record record, int operatorId)
    {
        Invariant.That(operatorId == _operators.Count + 1, "operators are created in the order of their ids");
        if (record.RequestType == CommandType.AppointOperator)
        {
            var appoint = AppointOperatorCommand.Read(record.RequestBody)!;
            _operators.Add((new Operator(operatorId, appoint.Name, OperatorRole.Administrator, IsEnabled: true), appoint.TokenHash));
            return;
        }

        var create = CreateOperatorCommand.Read(record.RequestBody)!;
        _operators.Add((new Operator(operatorId, create.Name, create.Role, IsEnabled: true), create.TokenHash));
    }

    private void Change(in Record record, in OperatorChanged changed)
    {
        var (known, tokenHash) = _operators[changed.OperatorId - 1];
        var isAppointed = record.RequestType == CommandType.AppointOperator;
        if (changed.HasNewToken != 0)
        {
            tokenHash = isAppointed
                ? AppointOperatorCommand.Read(record.RequestBody)!.TokenHash
                : ReplaceOperatorTokenCommand.Read(record.RequestBody)!.TokenHash;
        }

        var role = isAppointed ? OperatorRole.Administrator : known.Role;
        _operators[changed.OperatorId - 1] = (known with { Role = role, IsEnabled = changed.IsEnabled != 0 }, tokenHash);
    }

    private void AddAudit(in Record record, RejectReason reject, long firstSequence)
    {
        var entry = AdministerCommand.TryRead(record.CommandType == CommandType.Administer ? record.Body : default, out var command)
            ? new AuditEntry(
                record.Sequence, record.TimeUs, command.OperatorId, command.RequestId, Encoding.UTF8.GetString(command.Reason),
                command.RequestType, command.Request.ToArray(), reject, firstSequence)
            : new AuditEntry(record.Sequence, record.TimeUs, 0, 0, "", record.CommandType, record.Body.ToArray(), reject, firstSequence);
        if (_audit.Count == auditEntriesKept)
        {
            _audit.Dequeue();
        }

        _audit.Enqueue(entry);
    }
}
