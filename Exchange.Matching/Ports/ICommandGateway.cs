using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Matching.Ports;

/// <summary>Which share of the command ring a command may use.</summary>
public enum ClaimClass : byte
{
    /// <summary>New orders and everything else that can be shed: leaves the reserve free.</summary>
    Normal = 0,

    /// <summary>Cancels and administration: may use every slot.</summary>
    Reserved = 1,
}

/// <summary>
/// The one way into the engine. Any thread. A reply comes only after the command is durable and all views show it.
/// </summary>
public interface ICommandGateway
{
    /// <summary>
    /// Hands a trading command over; false, with nothing done, when the ring has no room or the exchange is not admitting
    /// (the edge answers 503). The slot's reply token is the gateway's to set.
    /// The reply faults with <see cref="ExchangeStoppedException"/> when the exchange stops first, and with
    /// <see cref="TimeoutException"/> when it takes longer than the reply timeout: either way the outcome is unknown.
    /// </summary>
    bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply);

    /// <summary>Hands a command over that travels as payload; otherwise as the other overload.</summary>
    bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply);
}

/// <summary>The exchange stopped (or failed) before the command's outcome was known.</summary>
public sealed class ExchangeStoppedException() : Exception("the exchange stopped before the command's outcome was durable; its outcome is unknown");

/// <summary>
/// The durable outcome of one command: copies of its records. Pooled: read it, then dispose it once, and keep nothing of it.
/// </summary>
public abstract class CommandReply : IDisposable
{
    /// <summary>Index of the reply; a view may have kept something under it for this command.</summary>
    public abstract int Token { get; }

    /// <summary>None, or why the command was refused.</summary>
    public abstract RejectReason Reject { get; }

    /// <summary>Sequence of the command (its first record).</summary>
    public abstract long Sequence { get; }

    /// <summary>Journal time of the command, microseconds.</summary>
    public abstract long TimeUs { get; }

    /// <summary>The command's records, one after another; more than one when its work was continued.</summary>
    public abstract ReadOnlySpan<byte> Records { get; }

    /// <summary>Gives the reply back to its pool.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    protected abstract void Release();
}
