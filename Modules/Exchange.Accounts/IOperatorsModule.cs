using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>The published operators and what they have done. Any thread.</summary>
public interface IOperatorsModule
{
    /// <summary>The fold of durable records into operators and the audit trail; fed by recovery and publisher.</summary>
    IRecordConsumer View { get; }

    /// <summary>Returns an empty view of the same kind as <see cref="View"/>, for the snapshotter.</summary>
    IRecordConsumer NewView();

    /// <summary>In the order of their ids.</summary>
    IReadOnlyList<Operator> Operators { get; }

    /// <summary>
    /// Finds the enabled operator with this token. Takes as long for a wrong token as for a right one, and as long whoever's it is.
    /// </summary>
    bool TryAuthenticate(ReadOnlySpan<byte> token, out Operator found);

    /// <summary>Returns the latest administrative commands before a sequence, newest first.</summary>
    /// <param name="limit">Most entries.</param>
    /// <param name="beforeSequence">Only commands before this one; <see cref="long.MaxValue"/> for the newest.</param>
    IReadOnlyList<AuditEntry> Audit(int limit, long beforeSequence);
}

/// <summary>Who may administer the exchange.</summary>
public sealed record Operator(int Id, string Name, OperatorRole Role, bool IsEnabled);

/// <summary>One administrative command, carried out or refused.</summary>
/// <param name="TimeUs">Journal time, microseconds.</param>
/// <param name="OperatorId">Who asked; 0 is the exchange itself (a sandbox, a start).</param>
/// <param name="RequestId">The caller's id; 0 for the exchange's own.</param>
/// <param name="Reason">Why, in the operator's words.</param>
/// <param name="RequestType">What was asked for.</param>
/// <param name="Request">Its body: see the command of that type.</param>
/// <param name="FirstSequence">For a repeated request, the sequence at which it took effect; otherwise 0.</param>
public sealed record AuditEntry(
    long Sequence, long TimeUs, int OperatorId, UInt128 RequestId, string Reason, CommandType RequestType, ReadOnlyMemory<byte> Request,
    RejectReason Reject, long FirstSequence);
