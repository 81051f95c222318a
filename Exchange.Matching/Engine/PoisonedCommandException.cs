using Exchange.Matching.Commands;

namespace Exchange.Matching.Engine;

/// <summary>
/// A command failed after it had begun to change the state. The state in memory is lost: the process stops before the command's effects
/// are published, and leaves a quarantine file behind.
/// </summary>
public sealed class PoisonedCommandException(in CommandSlot command, long sequence, Exception cause)
    : Exception($"command {sequence} ({command.Type}, account {command.AccountId}, symbol {command.SymbolId}) failed while it changed the state: {cause.Message}", cause)
{
    private readonly CommandSlot _command = command;

    /// <summary>The sequence that the command would have had.</summary>
    public long Sequence { get; } = sequence;

    public ref readonly CommandSlot Command => ref _command;
}
