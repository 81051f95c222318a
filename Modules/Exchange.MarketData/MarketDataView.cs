using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>
/// Folds durable records into depth, trades and candles of each symbol. Written by one thread; readers copy out under the lock that a batch holds, so
/// they see all of a batch or nothing of it. It knows no orders: which level an event changes stands in the event, or in the command that
/// brought the order in.
/// Invariants, checked: no level falls below zero; update ids and trade ids have no gaps.
/// </summary>
internal sealed partial class MarketDataView(MarketDataOptions options) : IMarketFold
{
    private const int SnapshotVersion = 2;

    private readonly Lock _gate = new();
    private SymbolMarket?[] _markets = [];
    private CommandSlot _command;

    // The incoming order of the command in hand; stays over its continuing records, whose bodies name the order only.
    private Incoming _incoming;

    private struct Incoming
    {
        public long OrderId;
        public Side Side;

        /// <summary>Ticks; where a remainder rests.</summary>
        public long Price;
    }

    /// <summary>Makes a view with the default options.</summary>
    public MarketDataView()
        : this(new MarketDataOptions())
    {
    }

    /// <summary>Returns an empty view that keeps as much.</summary>
    public MarketDataView NewView() => new(options);

    public int ChangedSymbolId { get; private set; } = IMarketFold.NoSymbol;

    public void BeginBatch() => _gate.Enter();

    public void EndBatch() => _gate.Exit();

    public void Apply(in Record record, int replyToken)
    {
        ChangedSymbolId = IMarketFold.NoSymbol;
        if (!record.CommandType.IsTrading())
        {
            return;
        }

        var events = record.Events;
        if (!events.MoveNext() || events.Type == EventType.CommandRejected)
        {
            return;
        }

        ChangedSymbolId = record.SymbolId;
        var market = MarketOf(record.SymbolId);
        if (record.CommandType == CommandType.PlaceOrder)
        {
            Invariant.That(
                TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command), "the body of an executed command is readable");
        }

        do
        {
            Apply(ref events, market, record.TimeUs);
        }
        while (events.MoveNext());
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(_incoming.OrderId);
        writer.Write((byte)_incoming.Side);
        writer.Write(_incoming.Price);
        writer.Write(_markets.Count(market => market is not null));
        for (var symbolId = 0; symbolId < _markets.Length; symbolId++)
        {
            if (_markets[symbolId] is { } market)
            {
                writer.Write(symbolId);
                market.Save(writer);
            }
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("market data view", SnapshotVersion);
        _incoming = new Incoming { OrderId = reader.ReadInt64(), Side = (Side)reader.ReadByte(), Price = reader.ReadInt64() };
        for (var left = reader.ReadCount(ushort.MaxValue); left > 0; left--)
        {
            MarketOf(reader.ReadCount(ushort.MaxValue)).Load(reader);
        }
    }

    private void Apply(ref EventReader events, SymbolMarket market, long timeUs)
    {
        switch (events.Type)
        {
            case EventType.OrderAccepted:
                ref readonly var accepted = ref events.As<OrderAccepted>();
                _incoming = new Incoming { OrderId = accepted.OrderId, Side = _command.Side, Price = _command.Price };
                if (accepted.RestsWhole != 0)
                {
                    market.Depth(_command.Side).Change(_command.Price, _command.Quantity);
                }

                break;
            case EventType.TradeExecuted:
                ref readonly var trade = ref events.As<TradeExecuted>();
                Trade(trade, market, timeUs);
                break;
            case EventType.OrderRested:
                ref readonly var rested = ref events.As<OrderRested>();
                Invariant.That(rested.OrderId == _incoming.OrderId, "what rests is the order that came in");
                market.Depth(_incoming.Side).Change(_incoming.Price, rested.Leaves);
                break;
            case EventType.OrderCanceled:
                ref readonly var canceled = ref events.As<OrderCanceled>();
                market.Depth(canceled.Side).Change(canceled.Price, -canceled.Leaves);
                break;
            case EventType.OrderReduced:
                ref readonly var reduced = ref events.As<OrderReduced>();
                market.Depth(reduced.Side).Change(reduced.Price, -reduced.ReducedBy);
                break;
            case EventType.OrderMoved:
                ref readonly var moved = ref events.As<OrderMoved>();
                _incoming = new Incoming { OrderId = moved.OrderId, Side = moved.Side, Price = moved.NewPrice };
                market.Depth(moved.Side).Change(moved.OldPrice, -moved.Leaves);
                if (moved.RestsWhole != 0)
                {
                    market.Depth(moved.Side).Change(moved.NewPrice, moved.Leaves);
                }

                break;
            case EventType.BookUpdated:
                var updateId = events.As<BookUpdated>().UpdateId;
                Invariant.That(updateId == market.UpdateId + 1, "update ids have no gaps");
                market.UpdateId = updateId;
                break;
        }
    }

    private static void Trade(in TradeExecuted trade, SymbolMarket market, long timeUs)
    {
        var takerSells = (trade.Flags & TradeFlags.TakerSells) != 0;
        market.Add(new PublicTrade(trade.TradeId, trade.AggregateTradeId, trade.Price, trade.Quantity, timeUs, IsBuyerMaker: takerSells));
        market.Depth(takerSells ? Side.Buy : Side.Sell).Change(trade.Price, -trade.Quantity);
    }

    private SymbolMarket? Find(int symbolId) => (uint)symbolId < (uint)_markets.Length ? _markets[symbolId] : null;

    private SymbolMarket MarketOf(int symbolId)
    {
        if (symbolId >= _markets.Length)
        {
            Array.Resize(ref _markets, Math.Max(symbolId + 1, 2 * _markets.Length));
        }

        return _markets[symbolId] ??= new SymbolMarket(options);
    }
}
