using Amazon.DynamoDBv2.Model;
using Exchange.Replication.Following;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// The item that says how far the store is, in the table of orders under <see cref="Account"/>. It changes only from what its writer has read.
/// <code>
///  at S ──announce P──► at S, on the way to P ──every item written──► at P
///                          │ broken off: items may stand ahead of S, none behind P's record. The next batch begins at S and goes to P at least
///  clearing: a rebuild deletes items; whoever opens the store goes on with that
/// </code>
/// </summary>
/// <param name="Next">Where the batch under way leads; default for none.</param>
internal sealed record StoredPosition(JournalPosition Position, JournalPosition Next, bool IsClearing)
{
    /// <summary>In the place of an account; accounts are numbers.</summary>
    public const string Account = "position";

    private const string TimeUs = "timeUs";
    private const string Fingerprint = "fingerprint";
    private const string NextEpoch = "nextEpoch";
    private const string NextSequence = "nextSequence";
    private const string NextTimeUs = "nextTimeUs";
    private const string NextFingerprint = "nextFingerprint";
    private const string Clearing = "clearing";

    public static StoredPosition None { get; } = new(default, default, IsClearing: false);

    public static Dictionary<string, AttributeValue> Key => DynamoDbTables.OrderKey(Account, 0);

    public bool IsUnderWay => Next.Sequence > 0;

    public static StoredPosition Read(DynamoDbConnection connection, string table) =>
        DynamoDbConnection.Wait(connection.GetAsync(table, Key)) is { } item
            ? new StoredPosition(
                new JournalPosition(item.Number(Item.Epoch), item.Number(Item.Sequence), item.Number(TimeUs), item.Number(Fingerprint)),
                new JournalPosition(item.Number(NextEpoch), item.Number(NextSequence), item.Number(NextTimeUs), item.Number(NextFingerprint)),
                item.ContainsKey(Clearing))
            : None;

    /// <summary>Puts another one in its place.</summary>
    /// <exception cref="InvalidOperationException">Another writer was faster.</exception>
    public void Replace(DynamoDbConnection connection, string table, StoredPosition next)
    {
        var request = new PutItemRequest { TableName = table, Item = next.ToItem() };
        if (this == None)
        {
            request.ConditionExpression = $"attribute_not_exists({DynamoDbTables.Account})";
        }
        else
        {
            // Both positions: what was announced by another writer must not be passed over.
            request.ConditionExpression = "#e = :e AND #s = :s AND #f = :f AND #ne = :ne AND #ns = :ns AND #nf = :nf AND "
                + (IsClearing ? "attribute_exists(#c)" : "attribute_not_exists(#c)");
            request.ExpressionAttributeNames = new()
            {
                ["#e"] = Item.Epoch,
                ["#s"] = Item.Sequence,
                ["#f"] = Fingerprint,
                ["#ne"] = NextEpoch,
                ["#ns"] = NextSequence,
                ["#nf"] = NextFingerprint,
                ["#c"] = Clearing,
            };
            request.ExpressionAttributeValues = new()
            {
                [":e"] = Item.Number(Position.Epoch),
                [":s"] = Item.Number(Position.Sequence),
                [":f"] = Item.Number(Position.Fingerprint),
                [":ne"] = Item.Number(Next.Epoch),
                [":ns"] = Item.Number(Next.Sequence),
                [":nf"] = Item.Number(Next.Fingerprint),
            };
        }

        // A write that was carried out and not answered is refused when it is tried again: what stands there tells.
        if (!DynamoDbConnection.Wait(connection.TryPutAsync(request)) && Read(connection, table) != next)
        {
            throw new InvalidOperationException($"another writer has moved the position that was {Position.Sequence}");
        }
    }

    private Dictionary<string, AttributeValue> ToItem()
    {
        var item = Key;
        item.Stamp(ItemStamp.Of(Position));
        item[TimeUs] = Item.Number(Position.TimeUs);
        item[Fingerprint] = Item.Number(Position.Fingerprint);
        item[NextEpoch] = Item.Number(Next.Epoch);
        item[NextSequence] = Item.Number(Next.Sequence);
        item[NextTimeUs] = Item.Number(Next.TimeUs);
        item[NextFingerprint] = Item.Number(Next.Fingerprint);
        if (IsClearing)
        {
            item[Clearing] = new AttributeValue { BOOL = true };
        }

        return item;
    }
}
