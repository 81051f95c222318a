using Microsoft.Extensions.Options;

namespace Exchange.Host.Admin;

/// <summary>What the composition root calls; the doors of the modules must be in the container.</summary>
internal static class AdminRegistration
{
    public static IServiceCollection AddExchangeAdministration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AdminOptions>().Bind(configuration.GetSection(AdminOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        services.AddSingleton<IAdministration, Administration>();
        services.AddSingleton<AdminServices>();
        services.AddSingleton<WrongTokens>();
        services.AddSingleton<AdminEndpoints>();
        services.AddSingleton<OperatorBootstrap>();
        return services;
    }

    /// <summary>Maps <c>/admin/v1</c>; the control listener decides who reaches it.</summary>
    public static void MapExchangeAdministration(this IEndpointRouteBuilder endpoints) =>
        endpoints.ServiceProvider.GetRequiredService<AdminEndpoints>().Map(endpoints);
}
