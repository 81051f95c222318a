namespace Exchange.Orders;

/// <summary>
/// Lets one caller at a time through for an order. Orders share a fixed number of gates, so two of them may wait for each other without
/// need, never the other way round. Any thread.
/// </summary>
internal sealed class OrderGates
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the order's turn, which lasts until the result is disposed, once.</summary>
    public async ValueTask<Turn> EnterAsync(long orderId)
    {
        var gate = _gates[orderId % Count];
        await gate.WaitAsync().ConfigureAwait(false);
        return new Turn(gate);
    }

    public readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
