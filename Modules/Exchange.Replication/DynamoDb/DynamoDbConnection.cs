using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Exchange.Replication.DynamoDb;

/// <summary>
/// Requests to the tables, several at once where there are many, each tried again while the service throttles it. What fails otherwise fails the call,
/// behind the end of what was under way. One thread; disposed after a failure.
/// </summary>
/// <param name="onRequest">Called for every request; by several threads at once.</param>
internal sealed class DynamoDbConnection(IAmazonDynamoDB client, int requestsAtOnce, Action onRequest) : IDisposable
{
    // The service's own limits.
    private const int ReadsInRequest = 100;
    private const int DeletionsInRequest = 25;

    /// <summary>Tries of a request that is throttled, on top of the SDK's own: with the pauses between them some 12 s.</summary>
    private const int ThrottledMax = 8;

    private const int PauseMs = 50;

    /// <summary>Writes only over what is older.</summary>
    private const string IsOlder = "attribute_not_exists(#epoch) OR #epoch < :epoch OR (#epoch = :epoch AND #sequence < :sequence)";

    private static readonly Dictionary<string, string> StampNames = new() { ["#epoch"] = Item.Epoch, ["#sequence"] = Item.Sequence };

    public IAmazonDynamoDB Client => client;

    /// <summary>Writes an item where an older one stands, or none.</summary>
    /// <returns>False, with nothing done, where what stands there is as new or newer.</returns>
    public Task<bool> TryPutNewerAsync(string table, Dictionary<string, AttributeValue> item) => TryPutAsync(new PutItemRequest
    {
        TableName = table,
        Item = item,
        ConditionExpression = IsOlder,
        ExpressionAttributeNames = StampNames,
        ExpressionAttributeValues = new() { [":epoch"] = item[Item.Epoch], [":sequence"] = item[Item.Sequence] },
    });

    /// <returns>False, with nothing done, where the condition does not hold.</returns>
    public async Task<bool> TryPutAsync(PutItemRequest request)
    {
        try
        {
            await AskAsync(() => client.PutItemAsync(request)).ConfigureAwait(false);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    /// <summary>Returns an item as the last write has left it; null where there is none.</summary>
    public async Task<Dictionary<string, AttributeValue>?> GetAsync(string table, Dictionary<string, AttributeValue> key)
    {
        var request = new GetItemRequest { TableName = table, Key = key, ConsistentRead = true };
        return (await AskAsync(() => client.GetItemAsync(request)).ConfigureAwait(false)).Item is { Count: > 0 } item ? item : null;
    }

    /// <summary>Returns those of the items that there are, in any order, as the last writes have left them.</summary>
    public List<Dictionary<string, AttributeValue>> GetAll(string table, IEnumerable<Dictionary<string, AttributeValue>> keys)
    {
        List<Dictionary<string, AttributeValue>> items = [];
        ForEach(keys.Chunk(ReadsInRequest), async part =>
        {
            var found = await GetPartAsync(table, part).ConfigureAwait(false);
            lock (items)
            {
                items.AddRange(found);
            }
        });
        return items;
    }

    /// <summary>Returns every item of a table, page by page as they are asked for.</summary>
    /// <param name="attributes">Those that are wanted; null for all.</param>
    public IEnumerable<Dictionary<string, AttributeValue>> Scan(string table, IReadOnlyList<string>? attributes = null)
    {
        var request = new ScanRequest { TableName = table, ConsistentRead = true };
        if (attributes is not null)
        {
            request.ProjectionExpression = string.Join(", ", attributes.Select(name => $"#{name}"));
            request.ExpressionAttributeNames = attributes.ToDictionary(name => $"#{name}", name => name);
        }

        do
        {
            var page = Wait(AskAsync(() => client.ScanAsync(request)));
            foreach (var item in page.Items)
            {
                yield return item;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    public void DeleteAll(string table, IEnumerable<Dictionary<string, AttributeValue>> keys) =>
        ForEach(keys.Chunk(DeletionsInRequest), part => DeletePartAsync(table, part));

    /// <summary>Sends a request for each of them; returns when all are answered. The first failure stops those that were not sent yet.</summary>
    /// <param name="before">Called on the caller's thread before each is sent.</param>
    public void ForEach<T>(IEnumerable<T> all, Func<T, Task> sendAsync, Action<T>? before = null)
    {
        using var free = new SemaphoreSlim(requestsAtOnce);
        List<Task> sent = [];
        Exception? failure = null;
        try
        {
            foreach (var each in all)
            {
                before?.Invoke(each);
                free.Wait();
                if (Volatile.Read(ref failure) is not null)
                {
                    break;
                }

                sent.Add(SendAsync(each));
            }
        }
        finally
        {
            // Nothing may change behind the caller's back.
            Task.WhenAll(sent).GetAwaiter().GetResult();
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        async Task SendAsync(T each)
        {
            try
            {
                await sendAsync(each).ConfigureAwait(false);
            }
            catch (Exception failed)
            {
                Interlocked.CompareExchange(ref failure, failed, null);
            }
            finally
            {
                free.Release();
            }
        }
    }

    public void Dispose() => client.Dispose();

    // Why: a replicator's thread has nothing else to do than to wait.
    public static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private async Task<List<Dictionary<string, AttributeValue>>> GetPartAsync(string table, Dictionary<string, AttributeValue>[] keys)
    {
        List<Dictionary<string, AttributeValue>> items = [];
        var rest = new Dictionary<string, KeysAndAttributes> { [table] = new() { Keys = [.. keys], ConsistentRead = true } };
        for (var fruitless = 0; rest.Count > 0;)
        {
            var answer = await AskAsync(() => client.BatchGetItemAsync(new BatchGetItemRequest(rest))).ConfigureAwait(false);
            var found = answer.Responses.GetValueOrDefault(table) ?? [];
            items.AddRange(found);
            rest = answer.UnprocessedKeys ?? [];
            fruitless = await PauseAsync(rest.Count > 0, isFruitless: found.Count == 0, fruitless, table).ConfigureAwait(false);
        }

        return items;
    }

    private async Task DeletePartAsync(string table, Dictionary<string, AttributeValue>[] keys)
    {
        var rest = new Dictionary<string, List<WriteRequest>> { [table] = [.. keys.Select(key => new WriteRequest(new DeleteRequest(key)))] };
        for (var fruitless = 0; rest.Count > 0;)
        {
            var asked = rest[table].Count;
            var answer = await AskAsync(() => client.BatchWriteItemAsync(new BatchWriteItemRequest(rest))).ConfigureAwait(false);
            rest = answer.UnprocessedItems ?? [];
            var left = rest.GetValueOrDefault(table)?.Count ?? 0;
            fruitless = await PauseAsync(left > 0, isFruitless: left == asked, fruitless, table).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before what the service left undone is asked for again.</summary>
    private static async Task<int> PauseAsync(bool isUnfinished, bool isFruitless, int fruitless, string table)
    {
        fruitless = isFruitless ? fruitless + 1 : 0;
        if (isUnfinished)
        {
            if (fruitless == ThrottledMax)
            {
                throw new StoreUnfitException($"the table '{table}' leaves requests undone: it is throttled");
            }

            await Task.Delay(PauseMs << fruitless).ConfigureAwait(false);
        }

        return fruitless;
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                onRequest();
                return await ask().ConfigureAwait(false);
            }
            catch (AmazonDynamoDBException refused) when (IsThrottled(refused) && tries < ThrottledMax)
            {
                // Why here, behind the SDK's own tries: a batch that is given up is written again from its begin, refusals being paid for like writes.
                await Task.Delay(PauseMs << tries).ConfigureAwait(false);
            }
        }
    }

    private static bool IsThrottled(AmazonDynamoDBException refused) =>
        refused is ProvisionedThroughputExceededException or RequestLimitExceededException || refused.ErrorCode is "ThrottlingException";
}
