using System.Runtime.CompilerServices;
using System.Text;
using Exchange.Matching.Book;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Book;

[TestFixture]
public sealed class PackedClientOrderIdTests
{
    [Test]
    public void An_id_of_any_length_and_characters_reads_back([Range(0, 36)] int length)
    {
        var random = new SplitMix64((ulong)length);
        var bytes = new byte[length];
        for (var i = 0; i < 1_000; i++)
        {
            foreach (ref var value in bytes.AsSpan())
            {
                value = (byte)random.Between(1, 127);
            }

            var id = new ClientOrderId(bytes);
            var packed = new PackedClientOrderId(in id);
            if (packed.Unpack() != id)
            {
                Assert.Fail($"{Convert.ToHexString(bytes)} became {Convert.ToHexString(packed.Unpack().Bytes)}");
            }
        }
    }

    [Test]
    public void Every_bit_of_every_character_tells_two_ids_apart()
    {
        var text = Encoding.ASCII.GetBytes("0123456789-abcdefghijklmnopqrstuvwxy");
        var id = new ClientOrderId(text);
        var packed = new PackedClientOrderId(in id);
        for (var bit = 0; bit < 7 * text.Length; bit++)
        {
            var changed = text.ToArray();
            changed[bit / 7] ^= (byte)(1 << (bit % 7));
            var other = new ClientOrderId(changed);

            Assert.That(new PackedClientOrderId(in other), Is.Not.EqualTo(packed), $"bit {bit}");
        }

        Assert.That(new PackedClientOrderId(in id), Is.EqualTo(packed));
    }

    [Test]
    public void Two_of_them_share_a_line() => Assert.That(Unsafe.SizeOf<PackedClientOrderId>(), Is.EqualTo(32));
}
