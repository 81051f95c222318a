using Exchange.Host.Composition;
using Exchange.MarketData;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>
/// Carries out what the quoters decide, through the door that every order takes. One step at a time, one caller; a step ends when all of its
/// commands are answered, and all of them are handed over before the first answer, so that they share a journal group or two.
/// </summary>
internal sealed partial class MarketMakers(
    MarketMakerAccounts accounts,
    IOrdersModule orders,
    IMarketDataModule marketData,
    SymbolDirectory symbols,
    IOptions<ExchangeOptions> options,
    ILogger<MarketMakers> logger)
{
    /// <summary>Steps between two looks at the funds.</summary>
    private const int RecentreSteps = 10;

    /// <summary>Steps for which a market is left alone after it refused something, so that a closed market is not asked again and again.</summary>
    private const int PauseSteps = 30;

    private readonly List<Made> _markets = [];
    private readonly List<OrderState> _quotes = [];
    private readonly List<QuoteAction> _actions = [];
    private readonly List<(Made Market, Task<(Admission Admission, RejectReason Reject)> Outcome)> _pending = [];
    private volatile bool _hasBegun;
    private long _step;

    /// <summary>The first step is done: others may follow. Any thread.</summary>
    public bool HasBegun => _hasBegun;

    private sealed class Made(MarketQuoter quoter)
    {
        public MarketQuoter Quoter { get; } = quoter;

        /// <summary>First step in which it is made again.</summary>
        public long ResumesAt { get; set; }
    }

    /// <summary>
    /// Opens or finds the accounts, takes up the quotes of the last run, and takes the first step; nothing where they are turned off. For an
    /// exchange that takes commands.
    /// </summary>
    /// <exception cref="InvalidOperationException">An account was refused.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Sandbox.MarketMakers)
        {
            return;
        }

        await accounts.OpenAsync();
        foreach (var profile in MarketProfile.Seeded)
        {
            if (symbols.TryGetSymbol(profile.Symbol, out var symbol))
            {
                var quoter = new MarketQuoter(profile, symbol, options.Value.Sandbox.MarketMakerSeed);
                orders.CopyOpenOrders(accounts.MakerId, symbol.Id, _quotes);
                quoter.Resume(_quotes, marketData.LastPrice(symbol));
                _markets.Add(new Made(quoter));
            }
        }

        await StepAsync();
        _hasBegun = true;
    }

    /// <summary>Takes one step in every market.</summary>
    /// <exception cref="Exchange.Matching.Ports.ExchangeStoppedException">The exchange stops.</exception>
    public async Task StepAsync()
    {
        if (_step % RecentreSteps == 0)
        {
            await accounts.RecentreAsync();
        }

        foreach (var market in _markets)
        {
            var symbol = market.Quoter.Symbol;
            if (_step < market.ResumesAt || symbols.IsCancelOnly(symbol.Id))
            {
                continue;
            }

            orders.CopyOpenOrders(accounts.MakerId, symbol.Id, _quotes);
            _actions.Clear();
            market.Quoter.Step(_step, _quotes, _actions);
            foreach (var action in _actions)
            {
                _pending.Add((market, SendAsync(symbol, action)));
            }
        }

        foreach (var (market, outcome) in _pending)
        {
            Judge(market, await outcome);
        }

        _pending.Clear();
        _step++;
    }

    private void Judge(Made market, (Admission Admission, RejectReason Reject) outcome)
    {
        // An order that was filled meanwhile is unknown; no room in the ring is no fault of the market. The next step sees what there is.
        if (outcome.Reject is RejectReason.None or RejectReason.UnknownOrder || _step < market.ResumesAt)
        {
            return;
        }

        market.ResumesAt = _step + PauseSteps;
        LogRefused(market.Quoter.Symbol.Name, outcome.Reject, PauseSteps);
    }

    private async Task<(Admission Admission, RejectReason Reject)> SendAsync(Symbol symbol, QuoteAction action)
    {
        switch (action.Kind)
        {
            case QuoteActionKind.Move:
                var moved = await orders.MoveAsync(accounts.MakerId, symbol, action.OrderId, action.Price);
                return (moved.Admission, moved.Reject);
            case QuoteActionKind.Cancel:
                var canceled = await orders.CancelAsync(new CancelOrder
                {
                    AccountId = accounts.MakerId,
                    Symbol = symbol,
                    OrderId = action.OrderId,
                    DeadlineUs = long.MaxValue,
                });
                return (canceled.Admission, canceled.Reject);
            default:
                var placed = await orders.PlaceAsync(new NewOrder
                {
                    AccountId = action.Kind == QuoteActionKind.Take ? accounts.TakerId : accounts.MakerId,
                    Symbol = symbol,
                    Side = action.Side,
                    Type = OrderType.Limit,
                    TimeInForce = action.Kind == QuoteActionKind.Take ? TimeInForce.Ioc : TimeInForce.Gtc,
                    Price = action.Price,
                    Quantity = action.Quantity,
                    ClientOrderId = action.ClientOrderId,
                    DeadlineUs = long.MaxValue,
                });
                return (placed.Admission, placed.Reject);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The market maker of {Symbol} was refused ({Reason}) and pauses for {Steps} steps")]
    private partial void LogRefused(string symbol, RejectReason reason, int steps);
}
