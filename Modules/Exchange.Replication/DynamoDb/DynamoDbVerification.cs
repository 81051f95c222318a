using Amazon.DynamoDBv2.Model;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Replication.Following;
using Exchange.Replication.Market;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Compares a store that nobody writes with a fold of the journal, item by item. A writer that was killed may have left items ahead of the store's position:
/// of such an order both is compared, what it was behind the position and what it is behind its own record; a book, behind its own record. One thread;
/// changes nothing.
/// </summary>
internal sealed class DynamoDbVerification(DynamoDbTables tables, IMarketFolds folds, DynamoDbConnection connection)
{
    private readonly Differences _differences = new();

    /// <exception cref="RebuildNeededException">The store cannot be continued from where it stands.</exception>
    public StoreVerification Run(JournalRecall recall, long endSequence)
    {
        var stored = StoredPosition.Read(connection, tables.Orders);
        var (position, most) = (stored.Position, Math.Max(stored.Position.Sequence, stored.Next.Sequence));
        if (stored.IsClearing)
        {
            throw new RebuildNeededException("it is being emptied by a rebuild that was broken off");
        }

        if (most > endSequence)
        {
            throw new RebuildNeededException($"its position {position.Sequence} and what was on its way to {most} lie behind the journal's end {endSequence}");
        }

        if (recall.Contradicts(position) || recall.Contradicts(stored.Next))
        {
            throw new RebuildNeededException($"its position {position.Sequence} stands behind another record than this journal has there");
        }

        var market = MarketReplica.Empty(folds);
        var orders = new ExpectedOrders(() => market.Symbols);
        var books = new BookVerification(tables, connection, market, position.Sequence, _differences);
        if (books.LastDue > endSequence)
        {
            throw new RebuildNeededException($"a book stands behind record {books.LastDue}, and the journal ends with {endSequence}");
        }

        Read(recall, market, orders, position.Sequence, () => books.Compare(market.Sequence));
        var ahead = CompareOrders(orders, position.Sequence, market.Symbols);

        // What a broken-off batch has left ahead of the position; a book may be even further, at where a start found the journal's end.
        Read(recall, market, orders, Math.Max(most, books.LastDue), () =>
        {
            books.Compare(market.Sequence);
            foreach (var item in ahead.GetValueOrDefault(market.Sequence) ?? [])
            {
                Compare(item, orders, market.Symbols);
            }

            ahead.Remove(market.Sequence);
        });
        foreach (var item in ahead.Values.SelectMany(items => items))
        {
            _differences.Add("orders", $"order {item.Number(DynamoDbTables.OrderId)} stands ahead of what was announced");
        }

        books.End();
        return new StoreVerification(position.Sequence, _differences.Lines);
    }

    private static void Read(JournalRecall recall, MarketReplica market, ExpectedOrders orders, long to, Action onRecord) =>
        recall.Read(market.Sequence + 1, to, (long epoch, in Record record) =>
        {
            market.Apply(record);
            orders.Apply(epoch, record);
            onRecord();
        });

    /// <summary>Compares every stored order with what it should be behind the position.</summary>
    /// <returns>Those ahead of it, by their own record.</returns>
    private Dictionary<long, List<Dictionary<string, AttributeValue>>> CompareOrders(ExpectedOrders orders, long sequence, SymbolDirectory symbols)
    {
        Dictionary<long, List<Dictionary<string, AttributeValue>>> ahead = [];
        HashSet<long> seen = [];
        foreach (var item in connection.Scan(tables.Orders).Where(item => item.Text(DynamoDbTables.Account) != StoredPosition.Account))
        {
            var id = item.Number(DynamoDbTables.OrderId);
            seen.Add(id);
            var own = item.Number(Item.Sequence);
            if (own <= sequence)
            {
                Compare(item, orders, symbols);
                continue;
            }

            (ahead.TryGetValue(own, out var same) ? same : ahead[own] = []).Add(item);
            var was = OrderItem.TryStateAt(item, sequence, out var order);
            if (was != orders.Contains(id) || (was && !orders.IsSame(order)))
            {
                _differences.Add("orders", $"order {id} is ahead of the position, and was another one before");
            }
        }

        foreach (var id in orders.Ids.Where(id => !seen.Contains(id)))
        {
            _differences.Add("orders", $"order {id} is not stored");
        }

        return ahead;
    }

    /// <summary>Compares an item with what it should be behind its own record.</summary>
    private void Compare(Dictionary<string, AttributeValue> item, ExpectedOrders orders, SymbolDirectory symbols)
    {
        var order = OrderItem.StateOf(item);
        if (!orders.Contains(order.OrderId))
        {
            _differences.Add("orders", $"order {order.OrderId} of account {order.AccountId} is not in the journal");
            return;
        }

        // The item once more, from the order that it says to be: finds what the order alone does not show, as the key of the index.
        var again = order.SymbolId < symbols.Symbols.Length ? OrderItem.Of(order, item.Stamp(), symbols.Symbol(order.SymbolId)) : [];
        if (!orders.IsSame(order) || orders.StampOf(order.OrderId) != item.Stamp() || Line(item) is var line && Line(again) != line)
        {
            _differences.Add("orders", $"order {order.OrderId} of account {order.AccountId} is stored as {Line(item)}");
        }
    }

    private static string Line(Dictionary<string, AttributeValue> item) => string.Join(
        ' ',
        item.Where(attribute => attribute.Key != OrderItem.Before).OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
            .Select(attribute => $"{attribute.Key}={attribute.Value.N ?? attribute.Value.S}"));
}
