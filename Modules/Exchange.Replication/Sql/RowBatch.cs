using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;

namespace Exchange.Replication.Sql;

internal readonly record struct AccountRow(int AccountId, long OpenedUs);

/// <summary>What a batch changes in one balance.</summary>
internal struct BalanceChange
{
    public long Free;
    public long Held;
    public long UpdatedUs;
}

internal enum LedgerEntryKind : byte
{
    Adjusted = 1,
    Paid = 2,
    Received = 3,
}

internal readonly record struct LedgerEntryRow(
    int AccountId, int AssetId, long Sequence, int Entry, LedgerEntryKind Kind, long Change, long Fee, long TimeUs);

internal readonly record struct TradeRow(
    int SymbolId, long TradeId, long AggregateTradeId, long Sequence, Side TakerSide, long Price, long Quantity, long TimeUs);

internal readonly record struct FillRow(
    int AccountId, int SymbolId, long TradeId, bool IsMaker, long OrderId, Side Side, long Price, long Quantity, long Fee, long TimeUs);

/// <summary>An administrative command; see the table.</summary>
internal readonly record struct AuditRow(
    long Sequence, long TimeUs, int OperatorId, string RequestId, string Reason, CommandType RequestType, RejectReason Reject, long FirstSequence);

/// <summary>What a batch's trades add to a minute.</summary>
internal struct CandleChange
{
    public long Open;
    public long High;
    public long Low;
    public long Close;
    public long FirstTradeId;
    public long TradeCount;
    public long Volume;
    public long QuoteVolume;
    public long TakerBuyVolume;
    public long TakerBuyQuoteVolume;

    /// <summary>Takes the next trade. Sums end at the greatest number.</summary>
    public void Add(long tradeId, long price, long quantity, long quoteAmount, bool takerBuys)
    {
        if (TradeCount++ == 0)
        {
            Open = High = Low = price;
            FirstTradeId = tradeId;
        }

        High = Math.Max(High, price);
        Low = Math.Min(Low, price);
        Close = price;
        Volume = Sum(Volume, quantity);
        QuoteVolume = Sum(QuoteVolume, quoteAmount);
        if (takerBuys)
        {
            TakerBuyVolume = Sum(TakerBuyVolume, quantity);
            TakerBuyQuoteVolume = Sum(TakerBuyQuoteVolume, quoteAmount);
        }
    }

    private static long Sum(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}

/// <summary>
/// All rows that one transaction writes, whatever database it is for: new ones once, changed ones as they stand at the batch's end. Reused.
/// </summary>
internal sealed class RowBatch
{
    public List<Asset> Assets { get; } = [];

    public List<Symbol> Symbols { get; } = [];

    public List<AccountRow> Accounts { get; } = [];

    public Dictionary<(int AccountId, int AssetId), BalanceChange> Balances { get; } = [];

    public List<LedgerEntryRow> LedgerEntries { get; } = [];

    public List<TradeRow> Trades { get; } = [];

    public List<FillRow> Fills { get; } = [];

    public List<AuditRow> Audit { get; } = [];

    /// <summary>By symbol and begin of the minute.</summary>
    public Dictionary<(int SymbolId, long StartUs), CandleChange> Candles { get; } = [];

    /// <summary>Orders that the batch added or changed.</summary>
    public OrderRows Orders { get; }

    /// <summary>The symbol directory in its snapshot form, when the batch changed it; null otherwise.</summary>
    public byte[]? Directory { get; set; }

    public RowBatch(OrderRows orders) => Orders = orders;

    /// <summary>Rows that a transaction would write now.</summary>
    public int Count =>
        Assets.Count + Symbols.Count + Accounts.Count + Audit.Count + Balances.Count + LedgerEntries.Count + Trades.Count + Fills.Count
        + Candles.Count + Orders.Added.Count + Orders.Changed.Count;

    /// <summary>Hands over every row.</summary>
    public void WriteTo(IRowSink sink)
    {
        Write(sink, SqlTables.Assets, Assets, static (sink, row) =>
        {
            sink.Add(row.Id);
            sink.Add(Encoding.UTF8.GetBytes(row.Name));
            sink.Add(row.Scale);
        });
        Write(sink, SqlTables.Symbols, Symbols, static (sink, row) =>
        {
            sink.Add(row.Id);
            sink.Add(Encoding.UTF8.GetBytes(row.Name));
            sink.Add(row.BaseAsset.Id);
            sink.Add(row.QuoteAsset.Id);
            sink.Add(row.Spec.TickSize);
            sink.Add(row.Spec.LotSize);
        });
        Write(sink, SqlTables.Accounts, Accounts, static (sink, row) =>
        {
            sink.Add(row.AccountId);
            sink.Add(row.OpenedUs);
        });
        Write(sink, SqlTables.Audit, Audit, static (sink, row) =>
        {
            sink.Add(row.Sequence);
            sink.Add(row.TimeUs);
            sink.Add(row.OperatorId);
            sink.Add(Encoding.UTF8.GetBytes(row.RequestId));
            sink.Add(Encoding.UTF8.GetBytes(row.Reason));
            sink.Add((long)row.RequestType);
            sink.Add((long)row.Reject);
            sink.Add(row.FirstSequence);
        });
        Write(sink, SqlTables.Balances, Balances, static (sink, row) =>
        {
            sink.Add(row.Key.AccountId);
            sink.Add(row.Key.AssetId);
            sink.Add(row.Value.Free);
            sink.Add(row.Value.Held);
            sink.Add(row.Value.UpdatedUs);
        });
        Write(sink, SqlTables.LedgerEntries, LedgerEntries, static (sink, row) =>
        {
            sink.Add(row.AccountId);
            sink.Add(row.AssetId);
            sink.Add(row.Sequence);
            sink.Add(row.Entry);
            sink.Add((long)row.Kind);
            sink.Add(row.Change);
            sink.Add(row.Fee);
            sink.Add(row.TimeUs);
        });
        Orders.WriteTo(sink);
        Write(sink, SqlTables.Trades, Trades, static (sink, row) =>
        {
            sink.Add(row.SymbolId);
            sink.Add(row.TradeId);
            sink.Add(row.AggregateTradeId);
            sink.Add(row.Sequence);
            sink.Add((long)row.TakerSide);
            sink.Add(row.Price);
            sink.Add(row.Quantity);
            sink.Add(row.TimeUs);
        });
        Write(sink, SqlTables.Fills, Fills, static (sink, row) =>
        {
            sink.Add(row.AccountId);
            sink.Add(row.SymbolId);
            sink.Add(row.TradeId);
            sink.Add(row.IsMaker ? 1 : 0);
            sink.Add(row.OrderId);
            sink.Add((long)row.Side);
            sink.Add(row.Price);
            sink.Add(row.Quantity);
            sink.Add(row.Fee);
            sink.Add(row.TimeUs);
        });
        Write(sink, SqlTables.Candles, Candles, static (sink, row) =>
        {
            sink.Add(row.Key.SymbolId);
            sink.Add(row.Key.StartUs);
            sink.Add(row.Value.Open);
            sink.Add(row.Value.High);
            sink.Add(row.Value.Low);
            sink.Add(row.Value.Close);
            sink.Add(row.Value.FirstTradeId);
            sink.Add(row.Value.TradeCount);
            sink.Add(row.Value.Volume);
            sink.Add(row.Value.QuoteVolume);
            sink.Add(row.Value.TakerBuyVolume);
            sink.Add(row.Value.TakerBuyQuoteVolume);
        });
    }

    public void Clear()
    {
        Assets.Clear();
        Symbols.Clear();
        Accounts.Clear();
        Audit.Clear();
        Candles.Clear();
        Balances.Clear();
        LedgerEntries.Clear();
        Trades.Clear();
        Fills.Clear();
        Directory = null;
    }

    private static void Write<T>(IRowSink sink, SqlTable table, ICollection<T> rows, Action<IRowSink, T> write)
    {
        if (rows.Count == 0)
        {
            return;
        }

        sink.BeginTable(table, rows.Count);
        foreach (var row in rows)
        {
            write(sink, row);
        }

        sink.EndTable();
    }
}
