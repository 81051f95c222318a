using Microsoft.Extensions.DependencyInjection;

namespace Exchange.MarketData;

public static class MarketDataModuleRegistration
{
    /// <summary>Registers <see cref="IMarketDataModule"/> as a singleton. It has no options and needs nothing from the container.</summary>
    public static IServiceCollection AddMarketDataModule(this IServiceCollection services)
    {
        services.AddSingleton<MarketDataView>();
        services.AddSingleton<IMarketDataModule, MarketDataModule>();
        return services;
    }
}
