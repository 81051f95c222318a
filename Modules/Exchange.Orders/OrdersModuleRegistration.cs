using Exchange.Matching.Ports;
using Exchange.Matching.Views;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Exchange.Orders;

public static class OrdersModuleRegistration
{
    /// <summary>
    /// Registers <see cref="IOrdersModule"/> as a singleton. Needs <see cref="ICommandGateway"/>, <see cref="IJournalTime"/> and
    /// <see cref="SymbolDirectory"/> from the same container. Wrong options stop the start.
    /// </summary>
    public static IServiceCollection AddOrdersModule(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OrdersOptions>()
            .Bind(configuration.GetSection(OrdersOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => new OrdersView(
            provider.GetRequiredService<SymbolDirectory>(),
            provider.GetRequiredService<IOptions<OrdersOptions>>().Value.ClosedOrdersKept,
            provider.GetRequiredService<IOptions<OrdersOptions>>().Value.TradesKept,
            StoredSequence(provider)));
        services.AddSingleton<IOrdersModule>(provider => new OrdersModule(
            provider.GetRequiredService<OrdersView>(),
            provider.GetRequiredService<IHistory>(),
            provider.GetRequiredService<ICommandGateway>(),
            provider.GetRequiredService<IJournalTime>()));
        return services;
    }

    private static Func<long> StoredSequence(IServiceProvider provider)
    {
        var history = provider.GetRequiredService<IHistory>();
        return () => history.CompleteSequence;
    }
}
