namespace Exchange.Matching.Commands;

/// <summary>
/// What a command asks for. Journaled: a number is never reused; 0 is no command.
/// </summary>
public enum CommandType : byte
{
    /// <summary>The first command of a journal: mode and capacities (<see cref="GenesisCommand"/>).</summary>
    Genesis = 1,

    /// <summary>Creates a symbol, and its assets where they are new (<see cref="AddSymbolCommand"/>).</summary>
    AddSymbol = 2,

    /// <summary>Opens an account, optionally with a key and deposits (<see cref="OpenAccountCommand"/>).</summary>
    OpenAccount = 3,

    /// <summary>Adds or removes funds of an account (<see cref="AdjustBalanceCommand"/>).</summary>
    AdjustBalance = 4,

    PlaceOrder = 16,
    CancelOrder = 17,

    /// <summary>Cancels every open order of one account on one symbol.</summary>
    CancelAllOrders = 18,

    /// <summary>Takes lots off an open order; its place in the queue stays.</summary>
    ReduceOrder = 19,

    /// <summary>Gives an open order a new price under the same id; its place in the queue is lost, even where the price is the old one.</summary>
    MoveOrder = 20,

    /// <summary>The engine's own: goes on with work that exceeded the bound of one command.</summary>
    ContinueWork = 32,

    /// <summary>The engine's own, at a start that finds a quarantine file: account and symbol become cancel-only.</summary>
    Quarantine = 33,

    /// <summary>An operator's: lifts the quarantine of an account and a symbol.</summary>
    ReleaseQuarantine = 34,

    /// <summary>The engine's own, at a start that finds a quarantine file of work to continue: gives the rest of that work up.</summary>
    AbandonWork = 35,
}

public static class CommandTypeExtensions
{
    /// <summary>
    /// Returns whether the command is a trading command: it travels in the fields of one <see cref="CommandSlot"/> and its
    /// journal body begins with account and symbol. All others travel as payload bytes.
    /// </summary>
    public static bool IsTrading(this CommandType type) =>
        type is >= CommandType.PlaceOrder and <= CommandType.MoveOrder || type.IsContinuation();

    /// <summary>Returns whether the command is the engine's own about the rest of another one's work: nobody else may send it.</summary>
    public static bool IsContinuation(this CommandType type) => type is CommandType.ContinueWork or CommandType.AbandonWork;
}
