using Exchange.Host.Api;
using Exchange.Host.Composition;
using Exchange.Host.Health;
using Exchange.Matching.Ports;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>
/// The pace of the market makers: one step in each interval while the exchange is ready, behind the first one, which is a part of its start.
/// It rests while nobody asks for anything. Stopped before the exchange is.
/// </summary>
internal sealed partial class MarketMakerService(
    MarketMakers makers, IExchangeStatus status, ApiServices api, IOptions<ExchangeOptions> options, ILogger<MarketMakerService> logger) : BackgroundService
{
    private const long SecondUs = 1_000_000;

    private bool IsIdle =>
        options.Value.Sandbox.MarketMakerIdleSeconds is > 0 and var seconds && api.Time.NowUs - api.LastRequestUs > seconds * SecondUs;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Sandbox.MarketMakers)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.Sandbox.MarketMakerIntervalMs));
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (makers.HasBegun && status.IsReady && !IsIdle)
                {
                    await makers.StepAsync();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (ExchangeStoppedException)
        {
            // The exchange tells why it stopped.
        }
        catch (Exception failure)
        {
            // A fault here is no fault of the exchange, which others use.
            Failed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The market makers have ended; the books stay as they are")]
    private partial void Failed(Exception failure);
}
