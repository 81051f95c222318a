using System.Numerics;
using Exchange.Accounts;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

public sealed class FeeRuleTests
{
    [TestCase(0, 1_000, 0)]
    [TestCase(1, 0, 0)]
    [TestCase(1, 1, 1)]
    [TestCase(999, 1_000, 1)]
    [TestCase(1_000, 1_000, 1)]
    [TestCase(1_001, 1_000, 2)]
    [TestCase(999_999, 1, 1)]
    [TestCase(1_000_000, 1, 1)]
    [TestCase(1_000_001, 1, 2)]
    [TestCase(1, 1_000_000, 1)]
    [TestCase(1_234_567, 1_000_000, 1_234_567)]
    [TestCase(1_234_567, 999_999, 1_234_566)]
    [TestCase(1L << 62, 0, 0)]
    [TestCase(1L << 62, 1, 4_611_686_018_428)]
    [TestCase(1L << 62, 1_000_000, 1L << 62)]
    [TestCase(long.MaxValue, 999_999, 9_223_362_813_482_738_953)]
    [TestCase(long.MaxValue, 1_000_000, long.MaxValue)]
    public void Fee_is_rounded_up_to_the_unit(long received, int ppm, long expected) => Assert.That(FeeRule.Of(received, ppm), Is.EqualTo(expected));

    [Test]
    public void Fee_equals_the_exact_formula_for_a_million_random_amounts()
    {
        var random = new Random(20_240_101);
        for (var i = 0; i < 1_000_000; i++)
        {
            var received = random.NextInt64() >> random.Next(63);
            var ppm = random.Next(3) == 0 ? random.Next(1_000_001) : random.Next(5_000);
            var exact = BigInteger.Min(received, ((BigInteger)received * ppm + 999_999) / 1_000_000);
            if (FeeRule.Of(received, ppm) != exact)
            {
                Assert.Fail($"received {received}, ppm {ppm}: expected {exact}, got {FeeRule.Of(received, ppm)}");
            }
        }
    }
}
