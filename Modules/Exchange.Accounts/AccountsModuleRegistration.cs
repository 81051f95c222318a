using Exchange.Matching.Views;
using Microsoft.Extensions.DependencyInjection;

namespace Exchange.Accounts;

/// <summary>Puts the accounts module into a container.</summary>
public static class AccountsModuleRegistration
{
    /// <summary>
    /// Registers <see cref="IAccountsModule"/> and <see cref="IOperatorsModule"/> once for the whole process. The container must have a
    /// <see cref="SymbolDirectory"/>. There is nothing to configure.
    /// </summary>
    public static IServiceCollection AddAccountsModule(this IServiceCollection services) => services
        .AddSingleton<IOperatorsModule, OperatorsView>(_ => new OperatorsView())
        .AddSingleton<IAccountsModule>(provider => new AccountsModule(new BalancesView(provider.GetRequiredService<SymbolDirectory>())));
}
