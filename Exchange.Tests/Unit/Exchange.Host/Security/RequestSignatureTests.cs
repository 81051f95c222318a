using System.Text;
using Exchange.Host.Security;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Security;

public sealed class RequestSignatureTests
{
    private const string Payload =
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";

    private const string Signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";

    [Test]
    public void The_published_vector_is_accepted_in_either_case()
    {
        Assert.That(Verify(Payload, Signature), Is.True);
        Assert.That(Verify(Payload, Signature.ToUpperInvariant()), Is.True);
    }

    [Test]
    public void Every_flipped_bit_of_the_signature_is_refused()
    {
        var bytes = Convert.FromHexString(Signature);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Verify(Payload, Convert.ToHexStringLower(bytes)), Is.False, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Test]
    public void Every_flipped_bit_of_the_payload_is_refused()
    {
        var bytes = Encoding.ASCII.GetBytes(Payload);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(RequestSignature.Verify(Encoding.ASCII.GetBytes(ApiHarness.Secret), bytes, Encoding.ASCII.GetBytes(Signature)), Is.False, $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [TestCase("")]
    [TestCase("c8db")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("g8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")]
    [TestCase("c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b7100")]
    public void Text_that_is_not_the_hash_is_refused(string signature)
    {
        Assert.That(Verify(Payload, signature), Is.False);
    }

    private static bool Verify(string payload, string signature) =>
        RequestSignature.Verify(Encoding.ASCII.GetBytes(ApiHarness.Secret), Encoding.ASCII.GetBytes(payload), Encoding.ASCII.GetBytes(signature));
}
