using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Exchange.Matching.Types;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Types;

[TestFixture]
public sealed class ClientOrderIdTests
{
    [Test]
    public void Every_length_reads_back([Range(0, 36)] int length)
    {
        var text = new string('x', length);
        var id = ClientOrderId.From(text);

        Assert.That((id.Length, id.IsEmpty, id.ToString(), id.Bytes.Length), Is.EqualTo((length, length == 0, text, length)));
        Assert.That(id, Is.EqualTo(new ClientOrderId(Encoding.ASCII.GetBytes(text))));
        Assert.That(id.StableHash(), Is.EqualTo(ClientOrderId.From(text).StableHash()));
    }

    [Test]
    public void Thirty_seven_characters_are_a_bug() =>
        Assert.That(() => ClientOrderId.From(new string('x', 37)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(128)]
    [TestCase(255)]
    public void A_byte_that_is_no_character_is_a_bug(byte value) =>
        Assert.That(() => new ClientOrderId([(byte)'a', value]), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void What_was_read_is_an_id_only_with_a_length_that_can_be_characters_and_zeros_behind_them()
    {
        (int At, byte Value, bool IsValid)[] cases =
            [(0, 2, true), (0, 0, false), (0, 1, false), (0, 3, false), (0, 37, false), (0, 255, false), (2, 0, false), (2, 127, true), (2, 128, false), (3, 1, false), (36, 1, false)];
        foreach (var (at, value, isValid) in cases)
        {
            var id = ClientOrderId.From("ab");
            MemoryMarshal.AsBytes(new Span<ClientOrderId>(ref id))[at] = value;

            Assert.That(id.IsValid, Is.EqualTo(isValid), $"byte {at} is {value}");
        }
    }

    [Test]
    public void Nothing_is_the_default() => Assert.That(ClientOrderId.From(""), Is.EqualTo(default(ClientOrderId)));

    [Test]
    public void A_change_of_any_character_or_of_the_length_is_another_id_with_another_hash()
    {
        List<ClientOrderId> ids = [.. Enumerable.Range(0, 37).Select(length => ClientOrderId.From(new string('a', length)))];
        for (var at = 0; at < 36; at++)
        {
            var text = new char[36];
            Array.Fill(text, 'a');
            text[at] = 'b';
            ids.Add(ClientOrderId.From(new string(text)));
        }

        Assert.That(ids, Is.Unique);
        Assert.That(ids.Select(id => id.StableHash()), Is.Unique);
        Assert.That(ids[1] == ids[2], Is.False);
        Assert.That(ids[1] != ids[2], Is.True);
    }

    [Test]
    public void It_takes_37_bytes_in_a_slot() => Assert.That(Unsafe.SizeOf<ClientOrderId>(), Is.EqualTo(37));
}
