using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Exchange.Host.Api;
using Exchange.Host.Security;

namespace Exchange.Benchmarks.Suites;

/// <summary>What a signed order costs before it is a command.</summary>
public class RequestSuite
{
    private const string Query =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00100&price=40123.45&newClientOrderId=x-abcdefghijklmnopqrst&recvWindow=5000&timestamp=1795000000000";

    private readonly byte[] _secret = Encoding.ASCII.GetBytes("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
    private readonly RequestParameters _parameters = new();
    private string _signed = "";
    private byte[] _payload = [];
    private byte[] _signature = [];

    [GlobalSetup]
    public void Sign()
    {
        _payload = Encoding.ASCII.GetBytes(Query);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(_secret, _payload));
        _signature = Encoding.ASCII.GetBytes(signature);
        _signed = $"{Query}&signature={signature}";
    }

    /// <summary>Splits query and body, and finds price and quantity.</summary>
    [Benchmark]
    public int ParseOrder()
    {
        _parameters.Load(_signed, ReadOnlySequence<byte>.Empty);
        _parameters.TryGet("price"u8, out var price);
        _parameters.TryGet("quantity"u8, out var quantity);
        return price.Length + quantity.Length;
    }

    [Benchmark]
    public bool CheckSignature() => RequestSignature.Verify(_secret, _payload, _signature);
}
