using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Health;
using Exchange.Host.Security;
using Exchange.MarketData;
using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Api;

/// <summary>The doors that the endpoints call.</summary>
internal sealed class ApiServices(
    IOrdersModule orders,
    IAccountsModule accounts,
    IMarketDataModule marketData,
    IRiskModule risk,
    SymbolDirectory symbols,
    IAdministration administration,
    IJournalTime time,
    IExchangeStatus status,
    SecretProtector secrets,
    IOptions<ApiOptions> options)
{
    private long _lastRequestUs = time.NowUs;

    public IOrdersModule Orders { get; } = orders;

    public IAccountsModule Accounts { get; } = accounts;

    public IMarketDataModule MarketData { get; } = marketData;

    public IRiskModule Risk { get; } = risk;

    public SymbolDirectory Symbols { get; } = symbols;

    public IAdministration Administration { get; } = administration;

    public IJournalTime Time { get; } = time;

    public IExchangeStatus Status { get; } = status;

    public SecretProtector Secrets { get; } = secrets;

    public ApiOptions Options { get; } = options.Value;

    /// <summary>When somebody last asked for something, or the start; journal microseconds. Any thread.</summary>
    public long LastRequestUs
    {
        get => Volatile.Read(ref _lastRequestUs);
        set => Volatile.Write(ref _lastRequestUs, value);
    }
}
