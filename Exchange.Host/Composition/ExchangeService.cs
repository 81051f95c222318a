using System.Diagnostics;
using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Health;
using Exchange.Host.Sandbox;
using Exchange.Host.Sandbox.MarketMaking;
using Exchange.Host.Security;
using Exchange.Host.Telemetry;
using Exchange.MarketData;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Replication;
using Exchange.Risk;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Composition;

/// <summary>
/// Runs the pipeline between start and stop of the host: lock, recover, start, (seed the sandbox), run, drain. The web server answers
/// health checks all the while. Any failure of the pipeline ends the process with <see cref="FailureExitCode"/>: nothing behind the
/// durable sequence has been told to anyone, and the next start recovers.
/// </summary>
internal sealed partial class ExchangeService(
    IOptions<ExchangeOptions> exchangeOptions,
    IOptions<EngineOptions> engineOptions,
    IOptions<HousekeepingOptions> housekeepingOptions,
    IAccountsModule accounts,
    IOperatorsModule operators,
    IRiskModule risk,
    IOrdersModule orders,
    IMarketDataModule marketData,
    IReplicationModule replication,
    JournalFollowers followers,
    SymbolDirectory symbols,
    SecretProtector secrets,
    OperatorBootstrap operatorBootstrap,
    SandboxSeed sandboxSeed,
    SandboxBanner banner,
    MarketMakers marketMakers,
    IClock clock,
    PipelineLink link,
    IHostApplicationLifetime lifetime,
    ILogger<ExchangeService> logger,
    ExchangeMetrics? metrics = null) : BackgroundService, IExchangeStatus
{
    /// <summary>The process's exit code after a failure of the pipeline or a refused start (sysexits: EX_SOFTWARE).</summary>
    public const int FailureExitCode = 70;

    private volatile string _phase = "starting";
    private long _recoveredSequence;
    private DirectoryLock? _lock;

    public bool IsReady => _phase == "running" && link.Pipeline is { IsAdmitting: true };

    public string Phase => _phase;

    public JournalRoom Room => link.Pipeline?.Room ?? JournalRoom.Normal;

    public IReadOnlyList<ReplicatorStatus> Replicators => replication.Replicators;

    public HousekeepingStatus? Housekeeping => link.Pipeline?.Housekeeping;

    public long Sequence => Math.Max(Volatile.Read(ref _recoveredSequence), link.Pipeline?.PublishedSequence ?? 0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stopping = lifetime.ApplicationStopping.Register(() => _phase = "draining");

        // Off the host's start: recovery blocks, and the web server starts meanwhile.
        await Task.Yield();
        try
        {
            var pipeline = OpenAndRecover(stoppingToken);

            // Before the start, which journals genesis and quarantines: a refused start leaves the journal as it was.
            CheckMode(pipeline);
            secrets.Initialize(exchangeOptions.Value.ExchangeMode);
            await pipeline.StartAsync(GenesisCommand.Default(exchangeOptions.Value.ExchangeMode));
            await replication.StartAsync();
            if (await operatorBootstrap.AppointAsync() is { } token)
            {
                Console.Out.WriteLine(operatorBootstrap.Announce(token, exchangeOptions.Value.ControlUrl));
            }

            _phase = "seeding";
            if (pipeline.Mode == ExchangeMode.Sandbox)
            {
                await sandboxSeed.PlantAsync(exchangeOptions.Value.DataDirectory, stoppingToken);
                await marketMakers.BeginAsync(stoppingToken);
            }

            _phase = "running";
            if (pipeline.Mode == ExchangeMode.Sandbox)
            {
                banner.PrintWhenListening();
            }

            Running(symbols.Symbols.Length, pipeline.DurableSequence);
            await pipeline.Ended.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: what was admitted is finished and answered in StopAsync.
        }
        catch (Exception failure)
        {
            _phase = "failed";
            Failed(failure, failure.Message);
            Environment.ExitCode = FailureExitCode;
            lifetime.StopApplication();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (link.Pipeline is { } pipeline)
        {
            await pipeline.DisposeAsync();
        }

        replication.Stop();
        _lock?.Dispose();
    }

    private IExchangePipeline OpenAndRecover(CancellationToken stoppingToken)
    {
        _phase = "recovering";
        var started = Stopwatch.GetTimestamp();
        var directory = Path.GetFullPath(exchangeOptions.Value.DataDirectory);
        var storage = new FileStorage(directory, engineOptions.Value.JournalSync, Line);
        _lock = DirectoryLock.Acquire(directory, clock);
        replication.Prepare(storage, followers);
        var pipeline = new ExchangePipeline<RiskPort, LedgerPort>(
            storage,
            clock,
            risk.Risk,
            accounts.Ledger,
            [symbols, accounts.View, operators.View, risk.View, marketData.View, orders.View],
            housekeepingOptions.Value.AddTo(engineOptions.Value.ToPipelineOptions(BuildIdentity.Id), exchangeOptions.Value.ExchangeMode, replication.Archive is not null),
            new PipelineLog(Line, InternalError, ThreadFailed) { GroupSynced = metrics is null ? null : metrics.RecordSync },
            new PipelineSurroundings<RiskPort, LedgerPort> { NewParts = NewParts, Followers = followers, Archive = replication.Archive });
        link.Pipeline = pipeline;
        var end = pipeline.Recover(sequence =>
        {
            // A stop must not wait for a long recovery: it has changed nothing yet.
            stoppingToken.ThrowIfCancellationRequested();
            Volatile.Write(ref _recoveredSequence, sequence);
        });
        replication.Recovered(storage, end.NextSequence - 1);
        Recovered(end.NextSequence - 1, Stopwatch.GetElapsedTime(started).TotalMilliseconds, directory);
        return pipeline;
    }

    /// <summary>Returns an empty exchange with the views of this one, in their order.</summary>
    private ExchangeParts<RiskPort, LedgerPort> NewParts()
    {
        var directory = new SymbolDirectory();
        return new ExchangeParts<RiskPort, LedgerPort>(
            risk.NewRisk(),
            accounts.NewLedger(),
            [directory, accounts.NewView(directory), operators.NewView(), risk.NewView(), marketData.NewView(), orders.NewView(directory)]);
    }

    private void CheckMode(IExchangePipeline pipeline)
    {
        if (pipeline.Mode is { } mode && mode != exchangeOptions.Value.ExchangeMode)
        {
            throw new InvalidOperationException(
                $"{exchangeOptions.Value.DataDirectory} holds a {mode.ToString().ToLowerInvariant()}, but Exchange:Mode is {exchangeOptions.Value.Mode}: "
                + "the mode of a data directory never changes; correct the mode or choose another directory");
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Recovered to sequence {Sequence} in {ElapsedMs:F0} ms from {Directory}")]
    private partial void Recovered(long sequence, double elapsedMs, string directory);

    [LoggerMessage(2, LogLevel.Information, "Running with {Symbols} symbols at sequence {Sequence}")]
    private partial void Running(int symbols, long sequence);

    [LoggerMessage(3, LogLevel.Critical, "The exchange ends: {Reason}")]
    private partial void Failed(Exception failure, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Line}")]
    private partial void Line(string line);

    [LoggerMessage(5, LogLevel.Error, "Command {Sequence} was refused: it raised an exception before it changed anything")]
    private partial void InternalError(long sequence, Exception exception);

    [LoggerMessage(6, LogLevel.Critical, "Thread {Thread} failed")]
    private partial void ThreadFailed(string thread, Exception failure);
}
