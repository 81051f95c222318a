using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// Puts commands into the ring and callers into the reply table. Any thread.
/// <code>
///   starting ── Open ──► open ── Close ──► closed (for good)
///      └───────────────────────── Close ────►
/// </code>
/// Why a start of its own: genesis and quarantines must be in the ring before the first command of a client.
/// </summary>
internal sealed class CommandGateway(CommandRing ring, ReplyTable replies) : ICommandGateway
{
    private const int Starting = 0;
    private const int Opened = 1;
    private const int Closed = 2;

    private int _state;

    /// <summary>Tells what the disk has room for; null before the recovery.</summary>
    public JournalAppender? Journal { get; set; }

    /// <summary>Whether callers' commands are taken.</summary>
    public bool IsAdmitting => Volatile.Read(ref _state) == Opened;

    /// <summary>Takes callers' commands from here on, unless the gateway is closed already.</summary>
    public void Open() => Interlocked.CompareExchange(ref _state, Opened, Starting);

    /// <summary>Takes nothing any more, for good.</summary>
    public void Close() => Volatile.Write(ref _state, Closed);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No trading command of a caller, or a move or reduction with a client id: a bug.</exception>
    public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        if (!command.Type.IsTrading() || command.Type.IsContinuation())
        {
            ThrowWrongType(command.Type);
        }

        // The journal does not hold that id.
        if (command.Type is CommandType.MoveOrder or CommandType.ReduceOrder && !command.ClientOrderIdInPlace.IsEmpty)
        {
            ThrowNamedByClientId(command.Type);
        }

        command.SlotCount = 1;
        command.PayloadLength = 0;
        if (!IsAdmitting || !HasRoom(claimClass) || !TryAdmit(1, claimClass, out var wait, out var first))
        {
            reply = default;
            return false;
        }

        command.ReplyToken = wait.Token;
        ring[first] = command;
        reply = wait.AsTask();
        ring.Publish(first, 1);
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No command that travels as payload, or a payload longer than the ring takes: a bug.</exception>
    public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        reply = default;
        return IsAdmitting && HasRoom(claimClass) && TryPut(type, payload, claimClass, out reply);
    }

    /// <summary>On a full disk the rest of the journal is for those who take risk away.</summary>
    private bool HasRoom(ClaimClass claimClass) => Journal is not { } journal || journal.Room switch
    {
        JournalRoom.Normal => true,
        JournalRoom.Reserve => claimClass == ClaimClass.Reserved,
        _ => false,
    };

    /// <summary>Hands over a command of the start itself, before callers are admitted; false when the gateway is closed or the ring full.</summary>
    public bool TrySubmitAtStart(CommandType type, ReadOnlySpan<byte> payload, out ValueTask<CommandReply> reply)
    {
        reply = default;
        return Volatile.Read(ref _state) != Closed && TryPut(type, payload, ClaimClass.Reserved, out reply);
    }

    private bool TryPut(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        if (type.IsTrading() || !Enum.IsDefined(type))
        {
            ThrowWrongType(type);
        }

        var slotCount = CommandRing.SlotCountFor(payload.Length);
        if (!TryAdmit(slotCount, claimClass, out var wait, out var first))
        {
            reply = default;
            return false;
        }

        ref var slot = ref ring[first];
        slot.Type = type;
        slot.ReplyToken = wait.Token;
        ring.WritePayload(first, payload);
        reply = wait.AsTask();
        ring.Publish(first, slotCount);
        return true;
    }

    private bool TryAdmit(int slotCount, ClaimClass claimClass, out PooledReply wait, out long first)
    {
        first = -1;
        if (!replies.TryRent(out wait))
        {
            return false;
        }

        if (ring.TryClaim(slotCount, claimClass, out first))
        {
            return true;
        }

        wait.Withdraw();
        return false;
    }

    // Why refused here, both: the journal would hold a command that no recovery can execute, or would execute otherwise.
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowNamedByClientId(CommandType type) => throw new ArgumentException($"{type} names its order by the order id alone");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowWrongType(CommandType type) => throw new ArgumentException($"{type} is not a command that a caller submits in this form");
}
