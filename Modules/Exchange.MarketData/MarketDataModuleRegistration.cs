using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Exchange.MarketData;

public static class MarketDataModuleRegistration
{
    /// <summary>Registers <see cref="IMarketDataModule"/> as a singleton. Wrong options stop the start.</summary>
    public static IServiceCollection AddMarketDataModule(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MarketDataOptions>()
            .Bind(configuration.GetSection(MarketDataOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => new MarketDataView(provider.GetRequiredService<IOptions<MarketDataOptions>>().Value));
        services.AddSingleton<IMarketDataModule, MarketDataModule>();
        return services;
    }
}
