using System.Security.Cryptography;
using Exchange.Matching.Types;

namespace Exchange.Host.Security;

/// <summary>Unguessable identifiers of the characters 0-9, A-Z, a-z. Any thread.</summary>
internal static class RandomText
{
    private const string Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Characters of a generated client order id: 131 bits.</summary>
    public const int ClientOrderIdLength = 22;

    /// <summary>Characters of API keys and secrets.</summary>
    public const int KeyLength = 64;

    public static string Key() => RandomNumberGenerator.GetString(Characters, KeyLength);

    public static ClientOrderId ClientOrderId()
    {
        Span<char> text = stackalloc char[ClientOrderIdLength];
        RandomNumberGenerator.GetItems<char>(Characters, text);
        Span<byte> ascii = stackalloc byte[ClientOrderIdLength];
        for (var i = 0; i < text.Length; i++)
        {
            ascii[i] = (byte)text[i];
        }

        return new ClientOrderId(ascii);
    }
}
