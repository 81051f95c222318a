using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>
/// A random stream of commands, valid and invalid, determined by its seed and by the outcomes it is told. Give every outcome back with
/// <see cref="Observe"/>: that is how it knows which orders are open and where the market stands.
/// <code>
/// var generator = new CommandGenerator(seed);
/// var exchange = new ReferenceExchange(CommandGenerator.Genesis);
/// for (…) { var command = generator.Next(); generator.Observe(command, command.ApplyTo(exchange)); }
/// </code>
/// The first commands add the symbols and accounts. Prices walk slowly around a middle per symbol, so that books stay populated and about
/// a third of the placements trade; every reject reason of trading comes up within some ten thousand commands.
/// </summary>
public sealed partial class CommandGenerator
{
    private const int AccountCount = 36;
    private const int ClientIdCount = 40;

    private static readonly SymbolSpec[] SymbolSpecs =
    [
        new()
        {
            Name = "BTCUSDT", BaseAsset = "BTC", QuoteAsset = "USDT", TickSize = 1_000_000, MinPrice = 1_000_000, MaxPrice = 100_000_00000000,
            LotSize = 1_000, MinQuantity = 1_000, MaxQuantity = 9_000_00000000, MinNotional = 5_00000000, MaxNotional = 9_000_000_00000000,
            ApplyMaxToMarket = true, AvgPriceMins = 5, MaxNumOrders = 20, MakerFeePpm = 1_000, TakerFeePpm = 1_000,
            BidMultiplierUp = 1_01000000, BidMultiplierDown = 99000000, AskMultiplierUp = 1_01500000, AskMultiplierDown = 98765432,
        },
        new()
        {
            Name = "ETH-EUR", BaseAsset = "ETH", BaseScale = 6, QuoteAsset = "EUR", QuoteScale = 2, TickSize = 5_000_000, MinPrice = 10_00000000,
            MaxPrice = 9_000_00000000, LotSize = 20_000_000, MinQuantity = 60_000_000, MaxQuantity = 2_000_00000000, AvgPriceMins = 1,
            MaxNumOrders = 12, MakerFeePpm = 0, TakerFeePpm = 7_777, MinNotionalFilter = 1_000_00000000, MarketMinQuantity = 1_40000000,
            MarketMaxQuantity = 1_000_00000000,
        },
        new()
        {
            Name = "DOGE-BTC", BaseAsset = "DOGE", BaseScale = 0, QuoteAsset = "BTC", TickSize = 1, MinPrice = 1, MaxPrice = 10_000,
            LotSize = 100_000_000, MinQuantity = 100_000_000, MaxQuantity = 5_000_000_00000000, MinNotional = 10_000, MaxNotional = 50_00000000,
            ApplyMinToMarket = false, AvgPriceMins = 0, MaxNumOrders = 8, MakerFeePpm = 33_333, TakerFeePpm = 250_001,
            MinNotionalFilter = 12_000, ApplyMinNotionalFilterToMarket = false, MarketMaxQuantity = 4_000_000_00000000, MarketLotSize = 2_00000000,
            BidMultiplierUp = 3_00000000, BidMultiplierDown = 20000000, AskMultiplierUp = 5_00000000, AskMultiplierDown = 33333333,
        },
    ];

    private readonly SplitMix64 _random;
    private readonly Queue<GeneratedCommand> _setUp = new();
    private readonly Dictionary<int, List<OpenOrder>> _openOrders = [];
    private readonly List<long> _closedOrderIds = [];
    private readonly long[] _middles;
    private readonly Symbol[] _symbols;
    private long _timeUs;
    private GeneratedQuarantine? _quarantine;
    private int _untilRelease;

    /// <param name="seed">Equal seeds give equal streams.</param>
    public CommandGenerator(ulong seed)
    {
        _random = new SplitMix64(seed);
        // Why: a start just before midnight UTC lets the windows of the day turn over in a short stream.
        _timeUs = 20_000 * 86_400_000_000L - 60_000_000;
        var assets = Assets();
        _symbols = [.. SymbolSpecs.Select((spec, id) => new Symbol(id, spec, assets[spec.BaseAsset], assets[spec.QuoteAsset]))];
        _middles = [6_000_000, 40_000, 120];
        foreach (var symbol in _symbols)
        {
            _openOrders[symbol.Id] = [];
        }

        QueueSetUp(assets);
    }

    /// <summary>The genesis that the stream is tuned for: limits low enough to be met.</summary>
    public static GenesisCommand Genesis { get; } =
        new(ExchangeMode.Sandbox, GenesisCommand.CurrentLogicVersion, WorkLimit: 3, SweepLevelLimit: 6, RestingOrderLimit: 260);

    /// <summary>Symbols that exist once the set-up is through, in the order of their ids.</summary>
    public IReadOnlyList<Symbol> Symbols => _symbols;

    private sealed record OpenOrder(long Id, int AccountId, int SymbolId, Side Side, long Price, string ClientOrderId);

    /// <summary>Returns the next command.</summary>
    public GeneratedCommand Next()
    {
        if (_setUp.TryDequeue(out var command))
        {
            return command;
        }

        AdvanceTime();
        if (_quarantine is not null && --_untilRelease <= 0)
        {
            command = _quarantine with { TimeUs = _timeUs, CancelOnly = false };
            _quarantine = null;
            return command;
        }

        return _random.Below(1_000) switch
        {
            < 620 => Trading(Placement()),
            < 760 => Trading(Cancellation()),
            < 775 => Trading(MassCancellation()),
            < 835 => Trading(Reduction()),
            < 935 => Trading(Move()),
            < 985 => Adjustment(),
            < 990 => Administration(),
            < 993 => Quarantine(),
            _ => Trading(Misaddressed()),
        };
    }

    /// <summary>
    /// Takes the outcome of a command: orders that opened or closed, prices that traded. It may be late, or never come; the stream then names orders
    /// that are gone more often.
    /// </summary>
    public void Observe(GeneratedCommand command, IReadOnlyList<ExchangeEvent> outcome)
    {
        if (command is not GeneratedTrading { Slot: var slot } || outcome[0] is Rejected)
        {
            return;
        }

        var orders = _openOrders[slot.SymbolId];
        var clientOrderId = slot.ClientOrderId.ToString();
        foreach (var change in outcome)
        {
            switch (change)
            {
                case Accepted { RestsWhole: true } accepted:
                    orders.Add(new OpenOrder(accepted.OrderId, slot.AccountId, slot.SymbolId, slot.Side, slot.Price, clientOrderId));
                    break;
                case Rested rested when slot.Type == CommandType.PlaceOrder:
                    orders.Add(new OpenOrder(rested.OrderId, slot.AccountId, slot.SymbolId, slot.Side, slot.Price, clientOrderId));
                    break;
                case Moved moved:
                    var index = orders.FindIndex(order => order.Id == moved.OrderId);
                    if (index >= 0)
                    {
                        orders[index] = orders[index] with { Price = moved.NewPrice };
                    }

                    break;
                case Traded traded:
                    MoveMiddle(slot.SymbolId, traded.Price);
                    if (traded.MakerFilled)
                    {
                        Close(orders, traded.MakerOrderId);
                    }

                    break;
                case Canceled canceled:
                    Close(orders, canceled.OrderId);
                    break;
                case Filled filled:
                    Close(orders, filled.OrderId);
                    break;
            }
        }
    }

    /// <summary>Moves the middle towards a traded price, by a step only: one wild trade does not carry the market away.</summary>
    private void MoveMiddle(int symbolId, long price)
    {
        var step = Math.Max(1, _middles[symbolId] / 2_000);
        _middles[symbolId] += Math.Clamp(price - _middles[symbolId], -step, step);
    }

    private void Close(List<OpenOrder> orders, long orderId)
    {
        orders.RemoveAll(order => order.Id == orderId);
        _closedOrderIds.Add(orderId);
    }

    private void AdvanceTime() => _timeUs += _random.Below(100) switch
    {
        < 40 => 0,
        < 80 => _random.Between(1, 20_000),
        < 97 => _random.Between(20_000, 1_500_000),
        < 99 => _random.Between(1_500_000, 12_000_000),
        _ => _random.Between(12_000_000, 400_000_000),
    };

    private GeneratedTrading Trading(CommandSlot slot)
    {
        slot.SlotCount = 1;
        slot.ReplyToken = CommandSlot.NoReply;
        return new GeneratedTrading(_timeUs, slot);
    }

    private static Dictionary<string, Asset> Assets()
    {
        Dictionary<string, Asset> assets = [];
        foreach (var spec in SymbolSpecs)
        {
            assets.TryAdd(spec.BaseAsset, new Asset(assets.Count, spec.BaseAsset, spec.BaseScale));
            assets.TryAdd(spec.QuoteAsset, new Asset(assets.Count, spec.QuoteAsset, spec.QuoteScale));
        }

        return assets;
    }

    private void QueueSetUp(Dictionary<string, Asset> assets)
    {
        foreach (var spec in SymbolSpecs)
        {
            _setUp.Enqueue(new GeneratedSymbol(_timeUs, spec));
        }

        for (var accountId = 1; accountId <= AccountCount; accountId++)
        {
            // Why: every fourth account is poor, so that funds run out; every ninth has order limits of its own.
            var wealth = accountId % 4 == 0 ? 2 : 20_000;
            var isLimited = accountId % 9 == 0;
            _setUp.Enqueue(new GeneratedAccount(_timeUs, new OpenAccountCommand
            {
                OrderLimitPer10Seconds = isLimited && accountId % 2 == 0 ? 2 : 0,
                OrderLimitPerDay = isLimited && accountId % 2 != 0 ? 6 : 0,
                ApiKey = System.Text.Encoding.ASCII.GetBytes(accountId % 5 == 0 ? "" : "key" + accountId),
                Deposits =
                [
                    new AssetAmount(assets["BTC"].Id, wealth * 10_000_000L),
                    new AssetAmount(assets["USDT"].Id, wealth * 50_000_00000000L),
                    new AssetAmount(assets["ETH"].Id, wealth * 1_000_000L),
                    new AssetAmount(assets["EUR"].Id, wealth * 3_000_00L),
                    new AssetAmount(assets["DOGE"].Id, wealth * 1_000_000L),
                ],
            }));
        }
    }
}
