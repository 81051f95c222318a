using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;

namespace Exchange.Benchmarks.Replicate;

/// <summary>Writes what is only ever added (trades, fills, ledger entries, the audit trail, and the position) and leaves out orders, balances and candles.</summary>
internal sealed class AppendOnlyWriter(IRowWriter writer) : IRowWriter
{
    public long RoundTrips => writer.RoundTrips;

    public (JournalPosition Position, byte[] Directory) ReadPosition() => writer.ReadPosition();

    public bool TryReadOrder(long orderId, out OrderState order) => throw new InvalidOperationException("orders are kept in memory alone here");

    public void Write(RowBatch batch, in JournalPosition previous, in JournalPosition next)
    {
        batch.Balances.Clear();
        batch.Candles.Clear();
        batch.Orders.Committed();
        writer.Write(batch, previous, next);
    }

    public void Dispose() => writer.Dispose();
}
