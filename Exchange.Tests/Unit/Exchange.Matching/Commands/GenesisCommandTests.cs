using Exchange.Matching.Commands;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Commands;

public sealed class GenesisCommandTests
{
    private static readonly GenesisCommand Default = GenesisCommand.Default(ExchangeMode.Venue);

    [TestCase(1)]
    [TestCase(50_000_000)]
    [TestCase(67_108_863)]
    public void Limit_of_resting_orders_that_the_store_has_room_for_is_read_back(int limit)
    {
        var genesis = Default with { RestingOrderLimit = limit };

        Assert.That(GenesisCommand.Read(genesis.ToBytes()), Is.EqualTo(genesis));
    }

    [TestCase(0)]
    [TestCase(67_108_864)]
    [TestCase(int.MaxValue)]
    public void Limit_of_resting_orders_beyond_the_store_is_refused(int limit) =>
        Assert.That(GenesisCommand.Read((Default with { RestingOrderLimit = limit }).ToBytes()), Is.Null);
}
