using Exchange.Matching.Commands;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>Puts commands into the ring and callers into the reply table. Any thread.</summary>
internal sealed class CommandGateway(CommandRing ring, ReplyTable replies) : ICommandGateway
{
    private volatile bool _isAdmitting;

    /// <summary>Whether commands are taken at all.</summary>
    public bool IsAdmitting
    {
        get => _isAdmitting;
        set => _isAdmitting = value;
    }

    public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        command.SlotCount = 1;
        command.PayloadLength = 0;
        if (!TryAdmit(1, claimClass, out var wait, out var first))
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

    public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
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
        wait = null!;
        if (!_isAdmitting || !replies.TryRent(out wait))
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
}
