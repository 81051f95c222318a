using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>Administration of operators.</summary>
public sealed partial class MatchingEngine<TRisk, TLedger>
{
    private RejectReason CreateOperator(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = CreateOperatorCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _operators.CheckCreate(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _resultId = _operators.Create(command);
        record.Append(new OperatorCreated { Type = EventType.OperatorCreated, OperatorId = (ushort)_resultId });
        return RejectReason.None;
    }

    private RejectReason SetOperator(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!SetOperatorCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        var reason = _operators.CheckSet(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _operators.Set(command);
        AppendOperatorChanged(command.OperatorId, hasNewToken: false, ref record);
        return RejectReason.None;
    }

    private RejectReason ReplaceOperatorToken(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = ReplaceOperatorTokenCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _operators.CheckReplaceToken(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _operators.ReplaceToken(command);
        AppendOperatorChanged(command.OperatorId, hasNewToken: true, ref record);
        return RejectReason.None;
    }

    private RejectReason AppointOperator(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = AppointOperatorCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _operators.CheckAppoint(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        var (operatorId, isNew) = _operators.Appoint(command);
        if (isNew)
        {
            record.Append(new OperatorCreated { Type = EventType.OperatorCreated, OperatorId = (ushort)operatorId });
        }
        else
        {
            AppendOperatorChanged(operatorId, hasNewToken: true, ref record);
        }

        return RejectReason.None;
    }

    private void AppendOperatorChanged(int operatorId, bool hasNewToken, ref RecordWriter record) =>
        record.Append(new OperatorChanged
        {
            Type = EventType.OperatorChanged,
            OperatorId = (ushort)operatorId,
            IsEnabled = _operators.IsEnabled(operatorId) ? (byte)1 : (byte)0,
            HasNewToken = hasNewToken ? (byte)1 : (byte)0,
        });
}
