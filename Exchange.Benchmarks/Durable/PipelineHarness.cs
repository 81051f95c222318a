using Exchange.Accounts;
using Exchange.Benchmarks.Workloads;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// A running exchange without its edge: pipeline with default options on a real directory, the views of all modules behind it, symbols and
/// funded accounts. Disposing stops it and deletes the directory.
/// </summary>
internal sealed class PipelineHarness : IAsyncDisposable
{
    /// <summary>As many closed orders as the orders module keeps by default.</summary>
    private const int ClosedOrdersKept = 100_000;

    private const int BaseAssetId = 0;
    private const int QuoteAssetId = 1;

    private readonly string _directory;
    private Exception? _failure;

    private PipelineHarness(string directory, JournalSyncMethod method, TextWriter log)
    {
        _directory = directory;
        var files = new FileStorage(directory, method, log.WriteLine);
        SyncMethod = files.SyncMethod;
        Storage = new MeasuringStorage(files, Allocations);
        Symbols = new SymbolDirectory();
        MarketData = new MarketDataView();
        Pipeline = new ExchangePipeline<RiskPort, LedgerPort>(
            Storage,
            Allocations.NewClock(),
            new RiskPort(new RiskState()),
            new LedgerPort(new Ledger()),
            [
                Symbols,
                new BalancesView(Symbols),
                new OrderCountsView(),
                new OrdersView(Symbols, ClosedOrdersKept),
                MarketData,
                Allocations.NewConsumer(),
            ],
            new PipelineOptions(),
            new PipelineLog(_ => { }, (_, error) => _failure ??= error, (_, error) => _failure ??= error));
    }

    /// <summary>What stands behind the publisher, for the report.</summary>
    public const string Consumers = "symbol directory, balances, order counts, orders (100,000 closed kept), market data";

    public ExchangePipeline<RiskPort, LedgerPort> Pipeline { get; }

    /// <summary>The method in use, after a possible fallback.</summary>
    public JournalSyncMethod SyncMethod { get; }

    public MeasuringStorage Storage { get; }

    public ThreadAllocations Allocations { get; } = new();

    public SymbolDirectory Symbols { get; }

    public MarketDataView MarketData { get; }

    /// <summary>The first thing that failed inside the pipeline, or null.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <param name="directory">Must not exist; belongs to the harness.</param>
    /// <param name="log">Receives the storage's remarks.</param>
    public static async Task<PipelineHarness> StartAsync(
        string directory, JournalSyncMethod method, int symbolCount, int accountCount, TextWriter log)
    {
        var harness = new PipelineHarness(directory, method, log);
        try
        {
            harness.Pipeline.Recover(progress: null);
            await harness.Pipeline.StartAsync(GenesisCommand.Default(ExchangeMode.Sandbox)).ConfigureAwait(false);
            await harness.SubmitAllAsync(CommandType.AddSymbol, symbolCount, number => AddSymbolCommand.ToBytes(WorkloadMarket.Spec(number, "BTC"))).ConfigureAwait(false);
            var account = WorkloadMarket.Account(BaseAssetId, QuoteAssetId).ToBytes();
            await harness.SubmitAllAsync(CommandType.OpenAccount, accountCount, _ => account).ConfigureAwait(false);
            return harness;
        }
        catch
        {
            await harness.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_directory, recursive: true);
    }

    private async Task SubmitAllAsync(CommandType type, int count, Func<int, byte[]> payloadOf)
    {
        const int BatchCount = 256;
        for (var next = 0; next < count;)
        {
            List<Task<CommandReply>> pending = [];
            for (; next < count && pending.Count < BatchCount; next++)
            {
                if (!Pipeline.Gateway.TrySubmit(type, payloadOf(next), ClaimClass.Reserved, out var reply))
                {
                    throw new InvalidOperationException($"{type} was not admitted");
                }

                pending.Add(reply.AsTask());
            }

            foreach (var task in pending)
            {
                using var reply = await task.ConfigureAwait(false);
                if (reply.Reject != RejectReason.None)
                {
                    throw new InvalidOperationException($"{type} was refused: {reply.Reject}");
                }
            }
        }
    }
}
