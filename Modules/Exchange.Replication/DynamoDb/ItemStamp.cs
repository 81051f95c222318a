using Exchange.Replication.Following;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// The record that changed an item last: what every write is conditional on. Ordered by epoch, then by sequence. Every item carries it as the attributes
/// <see cref="Item.Epoch"/> and <see cref="Item.Sequence"/>.
/// </summary>
internal readonly record struct ItemStamp(long Epoch, long Sequence)
{
    public static ItemStamp Of(JournalPosition position) => new(position.Epoch, position.Sequence);
}
