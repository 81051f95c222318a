using System.Security.Cryptography;
using System.Text;
using Exchange.Host.Security;

namespace Exchange.Host.Admin;

/// <summary>What an operator proves itself with: 32 to 128 characters of A-Z, a-z, 0-9, '-', '_'. The exchange keeps its SHA-256 only.</summary>
internal static class OperatorToken
{
    public const int LengthMin = 32;
    public const int LengthMax = 128;

    /// <summary>Returns a random one of 381 bits.</summary>
    public static string New() => RandomText.Key();

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));

    public static bool IsWellFormed(ReadOnlySpan<char> token)
    {
        foreach (var character in token)
        {
            if (!(char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            {
                return false;
            }
        }

        return token.Length is >= LengthMin and <= LengthMax;
    }

    /// <summary>Reads the token that is a file's only line.</summary>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string FromFile(string path)
    {
        var token = File.ReadAllText(path).Trim();
        return IsWellFormed(token)
            ? token
            : throw new InvalidDataException(
                $"'{path}' holds no token: write one line of {LengthMin} to {LengthMax} characters of A-Z, a-z, 0-9, '-', '_', for example by `openssl rand -hex 32`");
    }
}
