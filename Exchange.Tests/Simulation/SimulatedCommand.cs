using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>One command of a simulated client, and what became of it as far as the simulation knows.</summary>
internal sealed class SimulatedCommand
{
    public SimulatedCommand(GeneratedCommand command)
    {
        Command = command;
        var stream = CommandStream.Of(command);
        Slot = stream.Slot;
        Body = stream.Payload;
        if (Slot.Type.IsTrading())
        {
            Span<byte> body = stackalloc byte[TradingCommandCodec.MaxBodyLength];
            Body = body[..TradingCommandCodec.Write(in Slot, body)].ToArray();
        }
    }

    public GeneratedCommand Command { get; }

    public CommandSlot Slot;

    /// <summary>As the journal will hold it.</summary>
    public byte[] Body { get; }

    public CommandType Type => Slot.Type;

    /// <summary>A placement whose client id no other command bears: the client finds out by it what became of the order.</summary>
    public bool IsUnique => !IsDuplicate && Type == CommandType.PlaceOrder && Slot.ClientOrderId.ToString().StartsWith("unique-", StringComparison.Ordinal);

    /// <summary>Sent again although the first one is known to be there: must be refused.</summary>
    public bool IsDuplicate { get; private init; }

    /// <summary>The pending answer of the gateway that took it last.</summary>
    public ValueTask<CommandReply> Reply { get; set; }

    /// <summary>Whether the client has heard, by an answer or by an exception.</summary>
    public bool HasHeard { get; set; }

    /// <summary>Whether the client has an answer, which is a promise.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Sequence of its record; 0 while none was seen.</summary>
    public long Sequence { get; set; }

    public RejectReason Reject { get; set; }

    public bool IsAccepted => Sequence > 0 && Reject == RejectReason.None;

    /// <summary>Returns a command with the same content, to be handed over again.</summary>
    public SimulatedCommand Again() => new(Command);

    /// <summary>Returns the same command as its client sends it again without having looked.</summary>
    public SimulatedCommand Duplicate() => new(Command) { IsDuplicate = true };

    public override string ToString() => Command.ToString()!;
}
