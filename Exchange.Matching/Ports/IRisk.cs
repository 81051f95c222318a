using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Ports;

/// <summary>
/// Filters and limits, as the engine sees them. Engine thread only; implemented by a struct over the module's state, so that calls inline.
/// A check changes nothing; the On… methods follow what really happened, in order. Everything depends on the arguments and on journaled
/// state alone. Times are journal microseconds.
/// </summary>
public interface IRisk : ISnapshotState
{
    void AddSymbol(Symbol symbol);

    void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay);

    /// <summary>Gives an existing account other limits; its counts stay. 0 is no limit.</summary>
    void SetOrderLimits(int accountId, int per10Seconds, int perDay);

    /// <summary>
    /// Returns None, or the first limit or filter that a new order breaks: order counts, then price, percent price, lot size, market lot size,
    /// notional, open orders (API.md A9).
    /// Side, type and time in force are known to be valid values; price and quantity may be any number.
    /// </summary>
    /// <param name="prices">The symbol's, to be remembered.</param>
    /// <param name="openOrders">Open orders that the account has on the symbol now.</param>
    RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, ref AllowedPrices prices, int openOrders, long timeUs);

    /// <summary>
    /// Returns whether a limit order of a known side, good till cancelled or for what trades at once, surely breaks none of what
    /// <see cref="CheckNewOrder"/> asks, and is counted by <see cref="OnUsualAccepted"/>; false decides nothing. Account and symbol exist; price and quantity
    /// may be any number.
    /// </summary>
    /// <param name="notional">Price x quantity in units of the quote asset, wrapped around where that is too much.</param>
    bool AllowsUsual(in CommandSlot order, in SymbolNumbers symbol, in AllowedPrices prices, long notional, int openOrders, long timeUs);

    /// <summary>Returns None, or the first filter that an open order breaks at its new price.</summary>
    /// <param name="newPrice">Ticks.</param>
    /// <param name="leaves">Lots.</param>
    RejectReason CheckMove(Symbol symbol, ref AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs);

    /// <summary>Returns whether an open order at its new price surely breaks none of what <see cref="CheckMove"/> asks; false decides nothing.</summary>
    bool AllowsUsualMove(in SymbolNumbers symbol, in AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs);

    /// <summary>One order more in the account's counts.</summary>
    void OnOrderAccepted(int accountId, long timeUs);

    /// <summary>As <see cref="OnOrderAccepted"/>, for an order that <see cref="AllowsUsual"/> has allowed at the same time.</summary>
    void OnUsualAccepted(int accountId);

    /// <summary>
    /// An order's first fill: gives back to the account's counts. Within a command, makers come before the taker here, and after it in the published view: so
    /// whatever is given back, the order must not matter.
    /// </summary>
    void OnFirstFill(int accountId, bool isMaker, long timeUs);

    /// <summary>One or more trades of one command, whose prices only rise or only fall: they move the symbol's reference price.</summary>
    /// <param name="turnover">Price x quantity of each, summed up: somebody has paid it, so it fits.</param>
    /// <param name="quantity">Lots of them all.</param>
    void OnTrades(Symbol symbol, ref AllowedPrices prices, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs);

    /// <summary>
    /// A command of this account (any number) comes soon: its state may be fetched into the cache. Changes nothing.
    /// </summary>
    void Prefetch(int accountId);

    /// <summary>Adds counts and reference prices, in the order of their ids.</summary>
    void AddTo(ref StateHash hash);
}
