using System.Data.Common;
using Exchange.Matching.Views;
using Exchange.Replication.Following;

namespace Exchange.Replication.Sql;

/// <summary>Writes row batches into one database, a transaction each, which moves the position too. One thread. A failed writer is disposed.</summary>
internal interface IRowWriter : IDisposable
{
    /// <summary>Times that the database was asked and its answer waited for. Any thread.</summary>
    long RoundTrips { get; }

    /// <summary>Returns the position and the symbol directory that the store keeps; zero and nothing when it is new.</summary>
    (JournalPosition Position, byte[] Directory) ReadPosition();

    /// <summary>Reads an order as the last commit left it.</summary>
    bool TryReadOrder(long orderId, out OrderState order);

    /// <summary>Writes a batch and moves the position, in one transaction that is durable when this returns.</summary>
    /// <param name="previous">Where the store must stand: another writer, or a batch that is stored already, is found by it.</param>
    /// <exception cref="DbException">A statement failed and nothing is stored. After a failed commit the position tells whether it was carried out.</exception>
    /// <exception cref="InvalidOperationException">The store does not stand there any more; nothing is stored.</exception>
    void Write(RowBatch batch, in JournalPosition previous, in JournalPosition next);
}
