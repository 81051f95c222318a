using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>
/// An exchange as scenarios and random streams drive it: one command at a time, the whole outcome back as plain events.
/// Implemented by the reference exchange and by the engine; the same scenarios run on both. One thread.
/// Journal times are microseconds and never decrease from call to call.
/// </summary>
public interface IScenarioExchange
{
    IReadOnlyList<ExchangeEvent> AddSymbol(SymbolSpec spec, long timeUs);

    IReadOnlyList<ExchangeEvent> OpenAccount(OpenAccountCommand command, long timeUs);

    IReadOnlyList<ExchangeEvent> AdjustBalance(AdjustBalanceCommand command, long timeUs);

    /// <summary>Makes the account and the symbol cancel-only, or releases both.</summary>
    IReadOnlyList<ExchangeEvent> SetQuarantine(QuarantineCommand command, bool cancelOnly, long timeUs);

    /// <summary>Executes a trading command whole, whatever bound of work the exchange has, and returns its merged events.</summary>
    IReadOnlyList<ExchangeEvent> Execute(in CommandSlot command, long timeUs);

    /// <summary>Returns the resting orders of one side, best price first, oldest first at one price.</summary>
    IReadOnlyList<RestingOrder> OpenOrders(int symbolId, Side side);

    /// <summary>Returns the totals per price of one side, best price first.</summary>
    IReadOnlyList<LevelTotal> Levels(int symbolId, Side side);

    /// <summary>Returns the account's funds of one asset; zero when it never had any.</summary>
    Funds Balance(int accountId, int assetId);

    /// <summary>Returns the fees collected in one asset, in its units.</summary>
    long FeesCollected(int assetId);

    /// <summary>Checks all rules that hold after every command.</summary>
    /// <exception cref="InvariantBrokenException">One does not.</exception>
    void CheckInvariants();
}

/// <param name="Price">Ticks.</param>
/// <param name="Leaves">Lots.</param>
public readonly record struct RestingOrder(long OrderId, int AccountId, string ClientOrderId, long Price, long Leaves);

/// <param name="Price">Ticks.</param>
/// <param name="Quantity">Lots.</param>
public readonly record struct LevelTotal(long Price, long Quantity);

/// <summary>Funds of one asset, in its units.</summary>
public readonly record struct Funds(long Free, long Held);
