using Exchange.Tests.Support;

namespace Exchange.Tests.EndToEnd;

/// <summary>What a careful client does after a crash: it sends again what does not exist, and may send again what does.</summary>
internal sealed partial class Reconciliation
{
    private const string DuplicateText = "Duplicate order sent.";

    /// <summary>
    /// Sends every unknown order again that does not exist; then it exists once, unless the engine refuses it for a reason of the market. Sends
    /// every unknown order again that is open, and some of the acknowledged: all are duplicates.
    /// </summary>
    /// <returns>The duplicates that were refused.</returns>
    private async Task<int> ResubmitAsync(IReadOnlyCollection<KnownOrder> unknown, SplitMix64 random)
    {
        var duplicates = 0;
        foreach (var order in unknown.Where(order => order.Last is null))
        {
            var answer = await _clients[order.Request.Account].PlaceAsync(order.Request.Parameters);
            if (answer.IsOk)
            {
                order.OrderId = answer.Json.GetProperty("orderId").GetInt64();
                Register(order);
            }
            else if (answer.Status != 400 || answer.Body.Contains(DuplicateText, StringComparison.Ordinal))
            {
                Breach($"{order.Id} did not exist and was refused when it was sent again: {answer}");
            }

            await LookAsync(order);
            if (order.Last is null == answer.IsOk)
            {
                Breach($"{order.Id} was sent again, answered {answer}, and is {order.Last}");
            }
        }

        // Resubmitted orders may have closed others.
        await LookAsync(_orders.Values.Where(order => order.IsOpen));
        var open = _orders.Values.Where(order => order.IsOpen).ToArray();
        var acknowledged = open.Length == 0 ? [] : Enumerable.Range(0, ResubmittedOpenOrders).Select(_ => random.Pick(open));
        foreach (var order in unknown.Where(order => order.IsOpen).Concat(acknowledged).Distinct())
        {
            var answer = await _clients[order.Request.Account].PlaceAsync(order.Request.Parameters);
            if (answer.Code == NewOrderRejected && answer.Body.Contains(DuplicateText, StringComparison.Ordinal))
            {
                duplicates++;
            }
            else
            {
                Breach($"{order.Id} is open and was sent again, and the answer is {answer}");
            }
        }

        return duplicates;
    }
}
