using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Risk;

/// <summary>Puts the risk module into a container.</summary>
public static class RiskModuleRegistration
{
    /// <summary>
    /// Registers <see cref="IRiskModule"/> once for the whole process. There is nothing to configure: whatever steers a check is in the journal.
    /// </summary>
    public static IServiceCollection AddRiskModule(this IServiceCollection services) => services.AddSingleton<IRiskModule, RiskModule>();
}
