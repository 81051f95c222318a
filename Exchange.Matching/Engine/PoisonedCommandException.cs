using Exchange.Matching.Commands;

namespace Exchange.Matching.Engine;

/// <summary>
/// A command failed after it had begun to change the state. The state in memory is lost: the process stops before the command's effects
/// are published, and leaves a quarantine file behind.
/// </summary>
/// <param name="command">Its account and symbol count only where <see cref="CommandTypeExtensions.IsTrading"/>: in the slot of any other
/// command payload bytes stand there.</param>
public sealed class PoisonedCommandException(in CommandSlot command, long sequence, Exception cause)
    : Exception($"command {sequence} ({command.Type}, account {AccountOf(command)}, symbol {SymbolOf(command)}) failed while it changed the state: {cause.Message}", cause)
{
    private readonly CommandSlot _command = command;

    /// <summary>The sequence that the command would have had.</summary>
    public long Sequence { get; } = sequence;

    public ref readonly CommandSlot Command => ref _command;

    /// <summary>Whose command it was; 0, which is nobody, when the command is no account's.</summary>
    public int AccountId => AccountOf(_command);

    /// <summary>The symbol that it was about, or <see cref="TradingCommandCodec.NoSymbol"/>.</summary>
    public int SymbolId => SymbolOf(_command);

    private static int AccountOf(in CommandSlot command) => command.Type.IsTrading() ? command.AccountId : 0;

    private static int SymbolOf(in CommandSlot command) => command.Type.IsTrading() ? command.SymbolId : TradingCommandCodec.NoSymbol;
}
