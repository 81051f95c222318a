using System.Runtime.CompilerServices;
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

    [Test]
    public void Nothing_is_the_default() => Assert.That(ClientOrderId.From(""), Is.EqualTo(default(ClientOrderId)));

    [Test]
    public void A_change_of_any_character_or_of_the_length_is_another_id_with_another_hash()
    {
        List<ClientOrderId> ids = [.. Enumerable.Range(0, 37).Select(length => ClientOrderId.From(new string('\0', length)))];
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
