using Exchange.Matching.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Exchange.MarketData;

public static class MarketDataModuleRegistration
{
    /// <summary>Registers <see cref="IMarketDataModule"/> and <see cref="IMarketFolds"/> as singletons. Needs <see cref="IHistory"/> from the same container. Wrong options stop the start.</summary>
    public static IServiceCollection AddMarketDataModule(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MarketDataOptions>()
            .Bind(configuration.GetSection(MarketDataOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => new MarketDataView(provider.GetRequiredService<IOptions<MarketDataOptions>>().Value));
        services.AddSingleton(provider => new OlderTrades(provider.GetRequiredService<MarketDataView>(), provider.GetRequiredService<IHistory>()));
        services.AddSingleton<IMarketDataModule, MarketDataModule>();
        services.AddSingleton<IMarketFolds, MarketFolds>();
        return services;
    }
}
