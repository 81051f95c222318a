using System.Runtime.CompilerServices;

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

    /// <summary>An operator's request: who, why, under which id, and what: one of the administrative commands (<see cref="AdministerCommand"/>).</summary>
    Administer = 5,

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

    /// <summary>
    /// The exchange's own, at a start that its owner has told so: the named operator, made if it is new, is an enabled administrator with
    /// this token (<see cref="AppointOperatorCommand"/>).
    /// </summary>
    AppointOperator = 36,

    /// <summary>Creates an asset (<see cref="AddAssetCommand"/>).</summary>
    AddAsset = 48,

    /// <summary>Registers a further key of an account (<see cref="AddApiKeyCommand"/>).</summary>
    AddApiKey = 49,

    /// <summary>Enables or disables a key (<see cref="SetApiKeyCommand"/>).</summary>
    SetApiKey = 50,

    /// <summary>Lets an account place orders, or only cancel (<see cref="SetAccountCommand"/>).</summary>
    SetAccount = 51,

    /// <summary>Gives an account other order limits (<see cref="SetOrderLimitsCommand"/>).</summary>
    SetOrderLimits = 52,

    /// <summary>Halts or resumes trading on one symbol or on all (<see cref="SetHaltCommand"/>).</summary>
    SetHalt = 53,

    /// <summary>Cancels orders of an account, of a symbol, or of both; a kill switch when it blocks, too (<see cref="CancelOrdersCommand"/>).</summary>
    CancelOrders = 54,

    /// <summary>Creates an operator (<see cref="CreateOperatorCommand"/>).</summary>
    CreateOperator = 55,

    /// <summary>Enables or disables an operator (<see cref="SetOperatorCommand"/>).</summary>
    SetOperator = 56,

    /// <summary>Gives an operator another token; the old one ends (<see cref="ReplaceOperatorTokenCommand"/>).</summary>
    ReplaceOperatorToken = 57,
}

public static class CommandTypeExtensions
{
    /// <summary>Bit n: type n is a trading command.</summary>
    private const ulong TradingTypes = 1UL << (int)CommandType.PlaceOrder | 1UL << (int)CommandType.CancelOrder | 1UL << (int)CommandType.CancelAllOrders
        | 1UL << (int)CommandType.ReduceOrder | 1UL << (int)CommandType.MoveOrder | 1UL << (int)CommandType.ContinueWork | 1UL << (int)CommandType.AbandonWork;

    /// <summary>As above, for what places or changes one order.</summary>
    private const ulong TypesOfOneOrder = 1UL << (int)CommandType.PlaceOrder | 1UL << (int)CommandType.CancelOrder | 1UL << (int)CommandType.ReduceOrder
        | 1UL << (int)CommandType.MoveOrder;

    /// <summary>
    /// Returns whether the command is a trading command: it travels in the fields of one <see cref="CommandSlot"/> and its
    /// journal body begins with account and symbol. All others travel as payload bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsTrading(this CommandType type) => (byte)type < 64 && (TradingTypes >> (int)type & 1) != 0;

    /// <summary>Returns whether the command places or changes one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsOfOneOrder(this CommandType type) => (byte)type < 64 && (TypesOfOneOrder >> (int)type & 1) != 0;

    /// <summary>Returns whether the command is one that an operator may ask for: it travels inside <see cref="CommandType.Administer"/>.</summary>
    public static bool IsRequest(this CommandType type) => type
        is CommandType.AddSymbol or CommandType.OpenAccount or CommandType.AdjustBalance or CommandType.ReleaseQuarantine
        or (>= CommandType.AddAsset and <= CommandType.ReplaceOperatorToken);

    /// <summary>Returns whether the command is the engine's own about the rest of another one's work: nobody else may send it.</summary>
    public static bool IsContinuation(this CommandType type) => type is CommandType.ContinueWork or CommandType.AbandonWork;
}
