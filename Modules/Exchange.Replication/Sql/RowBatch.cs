using Exchange.Matching.Types;
using Exchange.Matching.Views;

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

    /// <summary>Orders that the batch added or changed.</summary>
    public SqlOrderRows Orders { get; }

    /// <summary>The symbol directory in its snapshot form, when the batch changed it; null otherwise.</summary>
    public byte[]? Directory { get; set; }

    public RowBatch(SqlOrderRows orders) => Orders = orders;

    /// <summary>Rows that a transaction would write now.</summary>
    public int Count =>
        Assets.Count + Symbols.Count + Accounts.Count + Balances.Count + LedgerEntries.Count + Trades.Count + Fills.Count + Orders.ChangedCount;

    public void Clear()
    {
        Assets.Clear();
        Symbols.Clear();
        Accounts.Clear();
        Balances.Clear();
        LedgerEntries.Clear();
        Trades.Clear();
        Fills.Clear();
        Directory = null;
    }
}
