using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Replication;

public static class ReplicationModuleRegistration
{
    /// <summary>Registers <see cref="IReplicationModule"/> as a singleton.</summary>
    /// <param name="durableSequence">
    /// Called once, when the module is first asked for; what it returns reads the journal's durable sequence, from any thread, without blocking.
    /// </param>
    public static IServiceCollection AddReplicationModule(
        this IServiceCollection services, Func<IServiceProvider, Func<long>> durableSequence) =>
        services.AddSingleton<IReplicationModule>(provider => new ReplicationModule(durableSequence(provider)));
}
