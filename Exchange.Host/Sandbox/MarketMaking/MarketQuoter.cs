using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>
/// Decides what to do in one market: a reference price that walks at random and is drawn back to where it began, quotes on a grid of prices
/// around it, and now and then an order that takes. Integers only; nothing but seed, step, and the maker's open orders go in, so the same
/// ones give the same actions. It sends nothing. One thread.
/// <para>
/// Quotes lie on fixed multiples of the spacing. When the reference passes one, the quote nearest to it goes to the far end of its side and
/// the far end of the other side comes near: two commands, however many quotes there are.
/// </para>
/// <para>Invariant: executed in order, the actions never let a quote meet another quote of the maker.</para>
/// </summary>
internal sealed class MarketQuoter
{
    private const int Million = 1_000_000;

    private readonly MarketProfile _profile;
    private readonly Symbol _symbol;
    private readonly long _seed;
    private readonly long _start;
    private readonly long _spacing;
    private readonly ClientOrderId[] _quoteIds;
    private readonly ClientOrderId _takeId;
    private readonly List<OrderState> _surplus = [];
    private readonly List<long> _missing = [];
    private readonly List<ClientOrderId> _freeIds = [];

    public MarketQuoter(MarketProfile profile, Symbol symbol, long seed)
    {
        _profile = profile;
        _symbol = symbol;
        _seed = seed;
        _start = profile.StartPrice / symbol.Spec.TickSize;
        _spacing = Math.Max(1, _start * MarketProfile.SpacingPpm / Million);
        _takeId = ClientOrderId.From(FormattableString.Invariant($"mm-{symbol.Id}-take"));

        // Twice as many as there are quotes: an id of a quote that goes in a step is not given again in that step.
        _quoteIds =
        [
            .. Enumerable.Range(0, 4 * MarketProfile.Levels).Select(
                index => ClientOrderId.From(FormattableString.Invariant($"mm-{symbol.Id}-{index}"))),
        ];
        Reference = _start;
    }

    public Symbol Symbol => _symbol;

    /// <summary>Ticks.</summary>
    public long Reference { get; private set; }

    /// <summary>Takes up the reference where the maker left it: between its quotes, else at the last trade, else at the start.</summary>
    /// <param name="lastPrice">Ticks; 0 when nothing has traded.</param>
    public void Resume(IReadOnlyList<OrderState> quotes, long lastPrice)
    {
        var (bid, ask) = (BestBid(quotes), BestAsk(quotes));
        Reference = Clamp(bid > 0 && ask < long.MaxValue ? (bid + ask) / 2 : lastPrice > 0 ? lastPrice : _start);
    }

    /// <summary>Takes one step and appends what to do for it.</summary>
    /// <param name="step">Counts up; any gap is fine.</param>
    /// <param name="quotes">The maker's open orders in this market.</param>
    public void Step(long step, IReadOnlyList<OrderState> quotes, List<QuoteAction> actions)
    {
        var random = new StepRandom(_seed, _symbol.Id, step);
        Walk(ref random);
        CollectFreeIds(quotes);

        // The side that stands in the other one's way leaves first.
        var first = BestBid(quotes) >= Price(Side.Sell, 0) ? Side.Buy : Side.Sell;
        Quote(first, quotes, ref random, actions);
        Quote(first.Opposite(), quotes, ref random, actions);
        if (random.Below(MarketProfile.TakeOneIn) == 0)
        {
            Take(ref random, actions);
        }
    }

    private void Walk(ref StepRandom random)
    {
        var most = Math.Max(1, Reference * MarketProfile.StepPpm / Million);
        var pull = (_start - Reference) / MarketProfile.ReversionSteps;
        Reference = Clamp(Reference + random.Between(-most, most) + pull);
    }

    private long Clamp(long price) => Math.Clamp(price, _start / 2, 2 * _start);

    /// <summary>Returns the price of a quote, level 0 being the best: bids on the grid below the reference or at it, asks above.</summary>
    private long Price(Side side, int level)
    {
        var below = Reference / _spacing * _spacing;
        return side == Side.Buy ? below - (level * _spacing) : below + ((level + 1) * _spacing);
    }

    private void Quote(Side side, IReadOnlyList<OrderState> quotes, ref StepRandom random, List<QuoteAction> actions)
    {
        Compare(side, quotes);
        foreach (var price in _missing)
        {
            if (TryTakeLast(_surplus, out var order))
            {
                if (order.Quantity - order.ExecutedQuantity >= Lots(_profile.LeastQuote))
                {
                    actions.Add(new QuoteAction(QuoteActionKind.Move, side, order.OrderId, price, 0, default));
                    continue;
                }

                // What fills have left of it is no quote any more.
                actions.Add(new QuoteAction(QuoteActionKind.Cancel, side, order.OrderId, 0, 0, default));
            }

            if (TryTakeLast(_freeIds, out var id))
            {
                var quantity = random.Between(Lots(_profile.LeastQuote), Lots(_profile.MostQuote));
                actions.Add(new QuoteAction(QuoteActionKind.Place, side, 0, price, quantity, id));
            }
        }

        foreach (var order in _surplus)
        {
            actions.Add(new QuoteAction(QuoteActionKind.Cancel, side, order.OrderId, 0, 0, default));
        }
    }

    /// <summary>Finds the prices that have no quote, best first, and the quotes that have no price.</summary>
    private void Compare(Side side, IReadOnlyList<OrderState> quotes)
    {
        _surplus.Clear();
        _missing.Clear();
        for (var level = 0; level < MarketProfile.Levels; level++)
        {
            _missing.Add(Price(side, level));
        }

        foreach (var order in quotes)
        {
            if (order.Side == side && !_missing.Remove(order.Price))
            {
                _surplus.Add(order);
            }
        }
    }

    /// <summary>At most one spacing beyond the best quotes: a taker never runs through the book.</summary>
    private void Take(ref StepRandom random, List<QuoteAction> actions)
    {
        var side = random.Below(2) == 0 ? Side.Buy : Side.Sell;
        var quantity = random.Between(Lots(_profile.LeastTake), Lots(_profile.MostTake));
        actions.Add(new QuoteAction(QuoteActionKind.Take, side, 0, Price(side.Opposite(), 1), quantity, _takeId));
    }

    private void CollectFreeIds(IReadOnlyList<OrderState> quotes)
    {
        _freeIds.Clear();
        for (var index = _quoteIds.Length - 1; index >= 0; index--)
        {
            if (!IsUsed(quotes, _quoteIds[index]))
            {
                _freeIds.Add(_quoteIds[index]);
            }
        }
    }

    private long Lots(long quantity) => Math.Max(_symbol.MinQuantity, quantity / _symbol.Spec.LotSize);

    private static bool IsUsed(IReadOnlyList<OrderState> quotes, in ClientOrderId id)
    {
        foreach (var order in quotes)
        {
            if (order.ClientOrderId == id)
            {
                return true;
            }
        }

        return false;
    }

    private static long BestBid(IReadOnlyList<OrderState> quotes) =>
        quotes.Where(order => order.Side == Side.Buy).Select(order => order.Price).DefaultIfEmpty(0).Max();

    private static long BestAsk(IReadOnlyList<OrderState> quotes) =>
        quotes.Where(order => order.Side == Side.Sell).Select(order => order.Price).DefaultIfEmpty(long.MaxValue).Min();

    private static bool TryTakeLast<T>(List<T> list, out T item)
    {
        item = list.Count > 0 ? list[^1] : default!;
        if (list.Count == 0)
        {
            return false;
        }

        list.RemoveAt(list.Count - 1);
        return true;
    }
}
