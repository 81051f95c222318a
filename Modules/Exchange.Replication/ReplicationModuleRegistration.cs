using Exchange.Matching.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Exchange.Replication;

public static class ReplicationModuleRegistration
{
    private const string DefaultDataDirectory = "./data";

    /// <summary>Registers <see cref="IReplicationModule"/> and its <see cref="IHistory"/> as singletons. Wrong options stop the start.</summary>
    /// <param name="durableSequence">
    /// Called once, when the module is first asked for; what it returns reads the journal's durable sequence, from any thread, without blocking.
    /// </param>
    public static IServiceCollection AddReplicationModule(
        this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, Func<long>> durableSequence)
    {
        services.AddOptions<FollowingOptions>().Bind(configuration.GetSection(FollowingOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SqlOptions>().Bind(configuration.GetSection(SqlOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IReplicationModule>(provider => new ReplicationModule(
            durableSequence(provider),
            configuration["Exchange:DataDirectory"] is { Length: > 0 } directory ? directory : DefaultDataDirectory,
            provider.GetRequiredService<IOptions<FollowingOptions>>().Value,
            provider.GetRequiredService<IOptions<SqlOptions>>().Value,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Exchange.Replication")));
        services.AddSingleton(provider => provider.GetRequiredService<IReplicationModule>().History);
        return services;
    }
}
