using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Replay;

/// <summary>
/// Sends recorded flow to a target, one command after another, and compares: an ADD rests without a fill, a TAKE fills exactly as listed
/// (maker, price, quantity, order), nothing is refused, and after every command, a FORCE included, best bid and ask are as recorded.
/// It goes on after a mismatch.
/// </summary>
internal sealed class FlowDriver
{
    private readonly IFlowTarget _target;
    private readonly FlowReport _report = new();

    /// <summary>The recording's ids, and the target's, of the orders placed so far.</summary>
    private readonly Dictionary<long, long> _targetIds = [];
    private readonly Dictionary<long, long> _recordedIds = [];

    private FlowDriver(IFlowTarget target) => _target = target;

    /// <param name="target">With an empty book.</param>
    public static async Task<FlowReport> RunAsync(IReadOnlyList<FlowRow> rows, IFlowTarget target)
    {
        var driver = new FlowDriver(target);
        foreach (var row in rows)
        {
            await driver.ApplyAsync(row).ConfigureAwait(false);
            driver.Compare(row, "best bid / ask", row.ExpectedBook, await target.ReadBookAsync().ConfigureAwait(false));
            driver._report.Commands++;
        }

        return driver._report;
    }

    private async ValueTask ApplyAsync(FlowRow row)
    {
        switch (row.Operation)
        {
            case FlowOperation.Add:
                await AddAsync(row).ConfigureAwait(false);
                break;
            case FlowOperation.Take:
                await TakeAsync(row).ConfigureAwait(false);
                break;
            default:
                await ChangeAsync(row).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask AddAsync(FlowRow row)
    {
        var outcome = await _target.PlaceAsync(row.Side, row.Price, row.Quantity, TimeInForce.Gtc).ConfigureAwait(false);
        if (!IsAccepted(row, outcome.Refusal))
        {
            return;
        }

        _targetIds[row.Id] = outcome.OrderId;
        _recordedIds[outcome.OrderId] = row.Id;
        Compare(row, "fills", "", Describe(outcome.Fills));
    }

    private async ValueTask TakeAsync(FlowRow row)
    {
        _report.Takes++;
        _report.FillsChecked += row.ExpectedFills.Count;
        var outcome = await _target.PlaceAsync(row.Side, row.Price, row.Quantity, TimeInForce.Ioc).ConfigureAwait(false);
        if (IsAccepted(row, outcome.Refusal))
        {
            Compare(row, "fills", string.Join('|', row.ExpectedFills), Describe(outcome.Fills));
        }
    }

    private async ValueTask ChangeAsync(FlowRow row)
    {
        if (!_targetIds.TryGetValue(row.Id, out var orderId))
        {
            AddMismatch(row, $"order {row.Id} was never added");
            return;
        }

        IsAccepted(row, row.Operation == FlowOperation.Cancel
            ? await _target.CancelAsync(orderId).ConfigureAwait(false)
            : await _target.ReduceAsync(orderId, row.Quantity).ConfigureAwait(false));
    }

    /// <summary>Returns the fills in the recording's ids; an order that it never added stays visible as '?' and the target's id.</summary>
    private string Describe(IReadOnlyList<FlowFill> fills) => string.Join('|', fills.Select(fill =>
        _recordedIds.TryGetValue(fill.MakerId, out var recorded) ? (fill with { MakerId = recorded }).ToString() : $"?{fill}"));

    private bool IsAccepted(FlowRow row, string? refusal)
    {
        if (refusal is not null)
        {
            AddMismatch(row, $"refused: {refusal}");
        }

        return refusal is null;
    }

    private void Compare<T>(FlowRow row, string what, T expected, T actual)
        where T : IEquatable<T>
    {
        if (!expected.Equals(actual))
        {
            AddMismatch(row, $"{what}: expected {expected}, got {actual}");
        }
    }

    private void AddMismatch(FlowRow row, string text) =>
        _report.AddMismatch(FormattableString.Invariant($"row {row.Number}, {row.Operation}: {text}"));
}
