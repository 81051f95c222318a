using System.Collections.Concurrent;
using System.Text.Json;
using Exchange.Tests.Support;
using Exchange.Tests.Support.CrashClient;

namespace Exchange.Tests.EndToEnd;

/// <summary>What one reconciliation has counted.</summary>
/// <param name="Acknowledged">Requests answered 200.</param>
/// <param name="Refused">Requests answered with a definite refusal.</param>
/// <param name="Unknown">Requests without an answer.</param>
/// <param name="Executed">Orders among them that exist.</param>
/// <param name="Absent">Orders among them that do not.</param>
/// <param name="Duplicates">Resubmissions of open orders, each refused as a duplicate.</param>
internal sealed record RoundReport(int Acknowledged, int Refused, int Unknown, int Executed, int Absent, int Duplicates);

/// <summary>
/// Compares what clients were told, over all rounds, with what an exchange says that has crashed since. Every breach becomes a line of
/// <see cref="Breaches"/>. All accounts that trade must be given: the sums rely on it. One caller at a time.
/// </summary>
internal sealed partial class Reconciliation(
    string url, IReadOnlyList<TradingAccount> accounts, IReadOnlyDictionary<string, decimal> deposits) : IDisposable
{
    private const int ConnectionsPerAccount = 4;
    private const int Parallelism = 12;
    private const int UnknownOrder = -2011;
    private const int OrderDoesNotExist = -2013;
    private const int NewOrderRejected = -2010;
    private const int ResubmittedOpenOrders = 10;
    private const int OldOrdersLookedAtAgain = 200;

    private readonly TradingClient[] _clients = [.. accounts.Select(account => new TradingClient(url, account, ConnectionsPerAccount))];
    private readonly Dictionary<string, KnownOrder> _orders = [];
    private readonly List<KnownOrder> _closed = [];
    private readonly Dictionary<long, string> _clientIdOf = [];
    private readonly Dictionary<(string Symbol, long TradeId), string> _takerOf = [];
    private readonly ConcurrentQueue<string> _breaches = new();

    public IReadOnlyCollection<string> Breaches => _breaches;

    /// <summary>Greatest sequence of any answer so far: recovery must reach it.</summary>
    public long AcknowledgedSequence { get; private set; }

    /// <summary>Reconciles one run of the client with the exchange as it is now.</summary>
    public async Task<RoundReport> RunAsync(IReadOnlyList<LedgerRequest> requests, SplitMix64 random)
    {
        var placed = new List<KnownOrder>();
        foreach (var request in requests)
        {
            AcknowledgedSequence = Math.Max(AcknowledgedSequence, request.Answer?.Sequence ?? 0);
            if (request.Kind == RequestKind.Place)
            {
                var order = new KnownOrder(request);
                _orders.Add(order.Id, order);
                placed.Add(order);
            }
        }

        await CheckPlacedAsync(placed);
        await CheckEarlierAsync(random);
        CheckCancels(requests);
        CheckCancelAlls(requests);
        await CheckMoneyAsync();

        var unknown = placed.Where(order => order.Request.IsUnknown).ToArray();
        var executed = unknown.Count(order => order.Last is not null);
        var duplicates = await ResubmitAsync(unknown, random);
        await LookAsync(_orders.Values.Where(order => order.IsOpen));
        await CheckMoneyAsync();
        _closed.AddRange(placed.Where(order => order.Last is { IsOpen: false }));
        return new RoundReport(
            requests.Count(request => request.Answer is { IsOk: true }),
            requests.Count(request => request.Answer is { IsOk: false } && !request.IsUnknown),
            requests.Count(request => request.IsUnknown),
            executed,
            unknown.Length - executed,
            duplicates);
    }

    public void Dispose() => Array.ForEach(_clients, client => client.Dispose());

    private void Breach(string text) => _breaches.Enqueue(text);

    /// <summary>Asks for each order and compares the answer with the one before.</summary>
    private Task LookAsync(IEnumerable<KnownOrder> orders) =>
        Parallel.ForEachAsync(
            orders.ToArray(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism },
            async (order, _) => await LookAsync(order));

    private async Task LookAsync(KnownOrder order)
    {
        var answer = await _clients[order.Request.Account].OrderAsync(order.Request.Symbol, order.Id);
        if (answer.IsOk)
        {
            var now = OrderView.From(answer.Json);
            if (order.OrderId != 0 && order.OrderId != now.OrderId)
            {
                Breach($"{order.Id} was order {order.OrderId} and is order {now.OrderId}");
            }

            if (order.Last?.ContradictedBy(now) is { } contradiction)
            {
                Breach($"{order.Id} {contradiction}: {order.Last}, now {now}");
            }

            if (now.ClientOrderId != order.Id || now.Executed > now.Quantity || now.Executed < 0)
            {
                Breach($"{order.Id} is wrong in itself: {now}");
            }

            order.OrderId = now.OrderId;
            order.Last = now;
        }
        else if (answer.Code != OrderDoesNotExist)
        {
            Breach($"{order.Id} cannot be resolved: {answer}");
        }
        else if (order.OrderId != 0)
        {
            Breach($"{order.Id} was acknowledged as order {order.OrderId} and is lost");
        }
    }

    private async Task CheckPlacedAsync(List<KnownOrder> placed)
    {
        foreach (var order in placed.Where(order => order.Request.Answer is { IsOk: true }))
        {
            var answer = order.Request.Answer!.Json;
            order.OrderId = answer.GetProperty("orderId").GetInt64();
            if (answer.TryGetProperty("status", out _))
            {
                order.Last = OrderView.From(answer);
                CheckFills(order, answer);
            }
        }

        await LookAsync(placed);
        foreach (var order in placed)
        {
            if (order.Request.Answer is { IsOk: false } && !order.Request.IsUnknown && order.Last is not null)
            {
                Breach($"{order.Id} was refused ({order.Request.Answer}) and exists: {order.Last}");
            }

            Register(order);
        }
    }

    /// <summary>One client id has one order id and the other way round.</summary>
    private void Register(KnownOrder order)
    {
        if (order.OrderId != 0 && !_clientIdOf.TryAdd(order.OrderId, order.Id) && _clientIdOf[order.OrderId] != order.Id)
        {
            Breach($"order {order.OrderId} belongs to {_clientIdOf[order.OrderId]} and to {order.Id}");
        }
    }

    private void CheckFills(KnownOrder order, JsonElement answer)
    {
        if (!answer.TryGetProperty("fills", out var fills))
        {
            return;
        }

        var view = order.Last!;
        var quantity = 0m;
        var quote = 0m;
        foreach (var fill in fills.EnumerateArray())
        {
            var price = OrderView.Decimal(fill, "price");
            var filled = OrderView.Decimal(fill, "qty");
            quantity += filled;
            quote += price * filled;
            if (OrderView.Decimal(fill, "commission") != FeeRate * (view.Side == "BUY" ? filled : price * filled))
            {
                Breach($"{order.Id}: a fee is wrong: {fill}");
            }

            var tradeId = fill.GetProperty("tradeId").GetInt64();
            if (!_takerOf.TryAdd((view.Symbol, tradeId), order.Id))
            {
                Breach($"trade {tradeId} of {view.Symbol} was told to {_takerOf[(view.Symbol, tradeId)]} and to {order.Id}");
            }
        }

        if (quantity != view.Executed || quote != view.Quote)
        {
            Breach($"{order.Id}: its fills do not add up: {answer}");
        }
    }

    /// <summary>Orders of earlier rounds: all that were open, and some that were closed.</summary>
    private async Task CheckEarlierAsync(SplitMix64 random)
    {
        var sample = _closed.Count == 0 ? [] : Enumerable.Range(0, OldOrdersLookedAtAgain).Select(_ => random.Pick(_closed)).Distinct();
        await LookAsync(_orders.Values.Where(order => order.IsOpen).Concat(sample));
    }

    private void CheckCancels(IReadOnlyList<LedgerRequest> requests)
    {
        foreach (var request in requests.Where(request => request.Kind == RequestKind.Cancel && !request.IsUnknown))
        {
            var target = _orders[request.Target];
            if (request.Answer!.IsOk)
            {
                var canceled = OrderView.From(request.Answer.Json);
                if (canceled.Status != "CANCELED" || canceled != target.Last)
                {
                    Breach($"{request.Id} cancelled {canceled}, which is now {target.Last}");
                }
            }
            else if (request.Answer.Code == UnknownOrder && target.IsOpen)
            {
                Breach($"{request.Id} was told that {target.Id} is not open, and it is: {target.Last}");
            }
        }
    }

    private void CheckCancelAlls(IReadOnlyList<LedgerRequest> requests)
    {
        var ofThisRun = requests.Select(request => request.Id).ToHashSet();
        foreach (var request in requests.Where(request => request.Kind == RequestKind.CancelAll && !request.IsUnknown))
        {
            if (request.Answer!.IsOk)
            {
                foreach (var canceled in request.Answer.Json.EnumerateArray().Select(OrderView.From))
                {
                    var now = _orders.GetValueOrDefault(canceled.ClientOrderId)?.Last;
                    if (canceled.Status != "CANCELED" || canceled != now)
                    {
                        Breach($"{request.Id} cancelled {canceled}, which is now {now}");
                    }
                }
            }

            if (request.Answer.IsOk || request.Answer.Code == UnknownOrder)
            {
                var open = _orders.Values.Where(order => order.IsOpen).Select(order => order.Request)
                    .Where(order => order.Account == request.Account && order.Symbol == request.Symbol);
                foreach (var order in open)
                {
                    if (!ofThisRun.Contains(order.Id) || order.AnsweredLine < request.SentLine)
                    {
                        Breach($"{request.Id} cancelled all of {request.Symbol}, and {order.Id}, which had been placed before, is open");
                    }
                }
            }
        }
    }
}
