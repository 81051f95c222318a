using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Exchange.Accounts;

namespace Exchange.Host.Security;

/// <summary>Decrypted secrets, as long as the key's record lives: decryption is not paid per request. Any thread.</summary>
internal sealed class SecretCache(SecretProtector protector)
{
    private readonly ConditionalWeakTable<ApiKey, byte[]> _secrets = [];

    /// <summary>Returns the key's secret.</summary>
    /// <exception cref="CryptographicException">It cannot be decrypted: see <see cref="SecretProtector.Unprotect"/>.</exception>
    public byte[] SecretOf(ApiKey key) =>
        _secrets.TryGetValue(key, out var secret)
            ? secret
            : _secrets.GetValue(key, missing => protector.Unprotect(missing.Value, missing.SecretCiphertext.Span));
}
