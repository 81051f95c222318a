using System.Security.Cryptography;
using System.Text;

namespace Exchange.Tests.Support.Aws;

/// <summary>AWS Signature Version 4 written down from its specification, to judge what the SDK signs. For paths and queries that are empty.</summary>
internal static class SignatureV4
{
    public static byte[] SigningKey(string secretKey, string date, string region, string service)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in (string[])[date, region, service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }

    /// <param name="headers">The signed ones; lower-case names.</param>
    /// <param name="timestamp">As in `x-amz-date`.</param>
    public static string Of(
        string method, IReadOnlyDictionary<string, string> headers, byte[] body, string timestamp, string region, string service, string secretKey)
    {
        var ordered = headers.OrderBy(header => header.Key, StringComparer.Ordinal).ToArray();
        var canonical = string.Join(
            '\n',
            method,
            "/",
            "",
            string.Concat(ordered.Select(header => $"{header.Key}:{string.Join(' ', header.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))}\n")),
            string.Join(';', ordered.Select(header => header.Key)),
            Hash(body));
        var date = timestamp[..8];
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", timestamp, $"{date}/{region}/{service}/aws4_request", Hash(Encoding.UTF8.GetBytes(canonical)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey(secretKey, date, region, service), Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
