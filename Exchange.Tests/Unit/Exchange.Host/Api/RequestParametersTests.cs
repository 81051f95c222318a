using System.Buffers;
using System.Text;
using Exchange.Host.Api;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api;

public sealed class RequestParametersTests
{
    private readonly RequestParameters _parameters = new();

    [TestCase("a=1&b=2", "", "a=1|b=2")]
    [TestCase("", "a=1&b=2", "a=1|b=2")]
    [TestCase("a=1", "b=2", "a=1|b=2")]
    [TestCase("a=1&&b=2&", "", "a=1|b=2")]
    [TestCase("a&b=", "", "a=|b=")]
    [TestCase("a=b=c", "", "a=b=c")]
    [TestCase("symbols=%5B%22BTCUSDT%22%5d", "", "symbols=[\"BTCUSDT\"]")]
    [TestCase("symbols=[\"BTCUSDT\"]", "", "symbols=[\"BTCUSDT\"]")]
    [TestCase("%61=%31", "", "a=1")]
    [TestCase("a=1+2", "", "a=1 2")]
    [TestCase("a=%2", "", "a=%2")]
    [TestCase("a=%zz%41", "", "a=%zzA")]
    [TestCase("a=1", "a=2&b=3", "a=1|b=3")]
    public void Query_and_body_are_split_and_decoded_and_the_query_wins(string query, string body, string expected)
    {
        Load(query, body);

        Assert.That(_parameters.Error, Is.Null);
        Assert.That(All(), Is.EqualTo(expected));
    }

    [TestCase("a=1&a=1", "")]
    [TestCase("", "a=1&a=2")]
    [TestCase("a=1&%61=2", "")]
    [TestCase("b=1", "a=1&a=2")]
    public void A_name_twice_in_one_place_is_an_error(string query, string body)
    {
        Load(query, body);

        Assert.That(_parameters.Error, Is.EqualTo(Errors.DuplicateParameter));
    }

    [TestCase("a=1&signature=x", "", "a=1")]
    [TestCase("signature=x&a=1", "", "a=1")]
    [TestCase("a=1&signature=x&b=2", "", "a=1&b=2")]
    [TestCase("a=1", "b=2&signature=x", "a=1b=2")]
    [TestCase("a=1", "signature=x", "a=1")]
    [TestCase("a=1", "signature=x&b=2", "a=1b=2")]
    [TestCase("a=1&signature=x", "b=2", "a=1b=2")]
    [TestCase("signature=x", "b=2", "b=2")]
    [TestCase("s=%5B%22A%22%5D&t=a+b&signature=x", "", "s=%5B%22A%22%5D&t=a+b")]
    [TestCase("a=%5b&signature=x", "c=%5D", "a=%5bc=%5D")]
    [TestCase("a=1", "", "a=1")]
    public void The_signed_payload_is_the_raw_query_and_body_without_the_signature(string query, string body, string expected)
    {
        Load(query, body);

        var payload = Encoding.ASCII.GetString(_parameters.SignedPayload(out var scratch));
        Assert.That(payload, Is.EqualTo(expected));
        if (scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    [Test]
    public void A_hundred_parameters_are_taken_and_one_more_is_refused()
    {
        var hundred = string.Join('&', Enumerable.Range(0, 100).Select(i => $"p{i}={i}"));
        Load(hundred, "");
        Assert.That((_parameters.Error, _parameters.Count), Is.EqualTo(((ApiError?)null, 100)));

        Load(hundred, "one=more");
        Assert.That(_parameters.Error, Is.EqualTo(Errors.TooManyParameters(100, 101)));
    }

    [Test]
    public void A_second_request_sees_nothing_of_the_first()
    {
        Load("a=1&signature=x", "b=2");
        _parameters.Release();
        Load("c=3", "");

        Assert.That(All(), Is.EqualTo("c=3"));
        Assert.That(Encoding.ASCII.GetString(_parameters.SignedPayload(out _)), Is.EqualTo("c=3"));
    }

    [TearDown]
    public void GiveBack() => _parameters.Release();

    private void Load(string query, string body) => _parameters.Load(query, new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(body)));

    private string All()
    {
        var all = new List<string>();
        for (var i = 0; i < _parameters.Count; i++)
        {
            _parameters.TryGet(_parameters.NameAt(i), out var value);
            all.Add(Encoding.ASCII.GetString(_parameters.NameAt(i)) + "=" + Encoding.ASCII.GetString(value));
        }

        return string.Join('|', all);
    }
}
