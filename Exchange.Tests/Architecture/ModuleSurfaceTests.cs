using System.Reflection;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>
/// A module shows its door, the door's data, its options, its registration and its port to the engine; all else is internal.
/// A new public type belongs into this list, where a reviewer sees it.
/// </summary>
public sealed class ModuleSurfaceTests
{
    private static readonly Dictionary<string, Type[]> Doors = new()
    {
        ["Exchange.Accounts"] =
        [
            typeof(Exchange.Accounts.IAccountsModule), typeof(Exchange.Accounts.ApiKey), typeof(Exchange.Accounts.Balance),
            typeof(Exchange.Accounts.IOperatorsModule), typeof(Exchange.Accounts.Operator),
            typeof(Exchange.Accounts.AuditEntry),
        ],
        ["Exchange.MarketData"] =
        [
            typeof(Exchange.MarketData.IMarketDataModule),
            typeof(Exchange.MarketData.AggregateTrade), typeof(Exchange.MarketData.TradeRange),
            typeof(Exchange.MarketData.CandleInterval), typeof(Exchange.MarketData.CandleRange),
        ],
        ["Exchange.Orders"] =
        [
            typeof(Exchange.Orders.IOrdersModule), typeof(Exchange.Orders.NewOrder), typeof(Exchange.Orders.AmendOrder),
            typeof(Exchange.Orders.CancelOrder),
            typeof(Exchange.Orders.Admission), typeof(Exchange.Orders.FillState),
            typeof(Exchange.Orders.PlaceResult), typeof(Exchange.Orders.CancelResult), typeof(Exchange.Orders.CancelAllResult),
            typeof(Exchange.Orders.OrderLookup),
        ],
        ["Exchange.Replication"] =
        [
            typeof(Exchange.Replication.IReplicationModule), typeof(Exchange.Replication.ReplicatorStatus), typeof(Exchange.Replication.ReplicatorState),
            typeof(Exchange.Replication.StoreVerification), typeof(Exchange.Replication.RebuildNeededException),
        ],
        ["Exchange.Risk"] = [typeof(Exchange.Risk.IRiskModule), typeof(Exchange.Risk.OrderCounts)],
    };

    private static readonly string[] AllowedEndings = ["Options", "Registration", "Port"];

    private static IEnumerable<string> Modules => Doors.Keys;

    [TestCaseSource(nameof(Modules))]
    public void Module_shows_only_its_door(string module) =>
        Assert.That(Unlisted(Assembly.LoadFrom(Assemblies.PathOf(module)), Doors[module]), Is.Empty);

    [Test]
    public void Every_module_is_listed() => Assert.That(Modules, Is.EquivalentTo(Assemblies.Modules));

    [Test]
    public void Unlisted_public_type_is_found() =>
        Assert.That(
            Unlisted(typeof(ModuleSurfaceTests).Assembly, [typeof(BannedUse)]),
            Does.Contain(typeof(ModuleSurfaceTests).FullName).And.Not.Contain(typeof(BannedUse).FullName));

    private static List<string> Unlisted(Assembly module, Type[] door) =>
        [.. module.GetExportedTypes()
            .Where(type => !door.Contains(type) && !AllowedEndings.Any(ending => type.Name.EndsWith(ending, StringComparison.Ordinal)))
            .Select(type => type.FullName!)];
}
