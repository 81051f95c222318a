using Exchange.Accounts;
using Exchange.Host.Composition;
using Exchange.Host.Health;
using Exchange.Matching.Views;
using Exchange.Orders;
using Exchange.Risk;

namespace Exchange.Host.Admin;

/// <summary>The doors that the verbs call.</summary>
internal sealed record AdminServices(
    IAdministration Administration,
    IAccountsModule Accounts,
    IOperatorsModule Operators,
    IOrdersModule Orders,
    IRiskModule Risk,
    SymbolDirectory Symbols,
    IExchangeStatus Status,
    PipelineLink Link);
