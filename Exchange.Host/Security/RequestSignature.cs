using System.Security.Cryptography;

namespace Exchange.Host.Security;

/// <summary>HMAC-SHA256 of a request's raw bytes against the hexadecimal text that came with it. Any thread; allocates nothing.</summary>
internal static class RequestSignature
{
    private const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>
    /// Returns whether <paramref name="signature"/> (hexadecimal, either case) is the payload's. Takes as long for a wrong signature
    /// as for the right one.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[Size];
        HMACSHA256.HashData(secret, payload, expected);
        Span<byte> received = stackalloc byte[Size];
        received.Clear();
        var isHexadecimal = TryDecode(signature, received);
        return CryptographicOperations.FixedTimeEquals(expected, received) & isHexadecimal;
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        if (text.Length != 2 * bytes.Length)
        {
            return false;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            var high = DigitOf(text[2 * i]);
            var low = DigitOf(text[(2 * i) + 1]);
            if ((high | low) < 0)
            {
                return false;
            }

            bytes[i] = (byte)((high << 4) | low);
        }

        return true;
    }

    private static int DigitOf(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        _ => -1,
    };
}
