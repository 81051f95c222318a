using Exchange.Matching.Commands;

namespace Exchange.Tests.Support;

/// <summary>One command in the form in which the engine takes it.</summary>
/// <param name="Slot">The fields of a trading command, or only the type of one that travels as payload.</param>
/// <param name="Payload">The body of a command that travels as payload.</param>
/// <param name="TimeUs">Journal time, microseconds.</param>
internal sealed record StreamCommand(CommandSlot Slot, byte[] Payload, long TimeUs);

/// <summary>The commands of a <see cref="CommandGenerator"/>, made once and executed as often as a test needs.</summary>
internal static class CommandStream
{
    /// <summary>Returns genesis and <paramref name="count"/> generated commands; the first 39 add symbols and accounts.</summary>
    public static List<StreamCommand> Generate(ulong seed, int count, GenesisCommand? genesis = null)
    {
        genesis ??= CommandGenerator.Genesis;
        var generator = new CommandGenerator(seed);
        using var exchange = new EngineExchange(genesis);
        List<StreamCommand> commands = [OfPayload(CommandType.Genesis, genesis.ToBytes(), timeUs: 0)];
        for (var i = 0; i < count; i++)
        {
            var command = generator.Next();
            commands.Add(Of(command));
            generator.Observe(command, command.ApplyTo(exchange));
        }

        return commands;
    }

    /// <summary>Returns the command as the engine takes it.</summary>
    public static StreamCommand Of(GeneratedCommand command) => command switch
    {
        GeneratedTrading trading => new StreamCommand(trading.Slot, [], trading.TimeUs),
        GeneratedSymbol symbol => OfPayload(CommandType.AddSymbol, AddSymbolCommand.ToBytes(symbol.Spec), symbol.TimeUs),
        GeneratedAccount account => OfPayload(CommandType.OpenAccount, account.Command.ToBytes(), account.TimeUs),
        GeneratedAdjustment adjustment => OfPayload(CommandType.AdjustBalance, adjustment.Command.ToBytes(), adjustment.TimeUs),
        GeneratedQuarantine quarantine => OfPayload(
            quarantine.CancelOnly ? CommandType.Quarantine : CommandType.ReleaseQuarantine, quarantine.Command.ToBytes(), quarantine.TimeUs),
        _ => throw new ArgumentException($"{command} has no form for the engine", nameof(command)),
    };

    private static StreamCommand OfPayload(CommandType type, byte[] payload, long timeUs) =>
        new(new CommandSlot { Type = type, SlotCount = 1, ReplyToken = CommandSlot.NoReply }, payload, timeUs);
}
