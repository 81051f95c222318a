using System.Security.Cryptography;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Journal;

namespace Exchange.Host.Security;

/// <summary>
/// Encrypts API secrets (AES-256-GCM) before they reach the core, which keeps the ciphertext without understanding it.
/// The API key is authenticated with the secret, so that a ciphertext cannot be moved to another key. Any thread.
/// <code>
/// offset size
///      0    1  version, 1
///      1    8  key id: first bytes of SHA-256 of the encryption key
///      9   12  nonce, random
///     21   16  authentication tag
///     37       ciphertext, as long as the secret
/// </code>
/// </summary>
internal sealed class SecretProtector
{
    public const string GeneratedName = "secrets.key";
    private const byte Version = 1;
    private const int KeySize = 32;
    private const int KeyIdOffset = 1;
    private const int KeyIdSize = 8;
    private const int NonceOffset = KeyIdOffset + KeyIdSize;
    private const int NonceSize = 12;
    private const int TagOffset = NonceOffset + NonceSize;
    private const int TagSize = 16;
    private const int CiphertextOffset = TagOffset + TagSize;

    private readonly string _dataDirectory;
    private readonly string _keyFile;
    private readonly bool _isGenerated;
    private readonly Lazy<EncryptionKey[]> _keys;

    private sealed record EncryptionKey(byte[] Id, byte[] Value);

    /// <param name="options">Which file; none means a generated one.</param>
    /// <param name="dataDirectory">Where a generated file is kept.</param>
    public SecretProtector(SecretsOptions options, string dataDirectory)
    {
        _dataDirectory = dataDirectory;
        _isGenerated = options.KeyFile.Length == 0;
        _keyFile = _isGenerated ? Path.Combine(dataDirectory, GeneratedName) : options.KeyFile;
        _keys = new Lazy<EncryptionKey[]>(Load);
    }

    /// <summary>Loads the keys, so that a start fails rather than the first request. Called once the journaled mode is known.</summary>
    /// <exception cref="InvalidOperationException">A venue without a key file, or a file that holds no valid key.</exception>
    /// <exception cref="IOException">The file cannot be read or generated.</exception>
    public void Initialize(ExchangeMode mode)
    {
        if (_isGenerated && mode != ExchangeMode.Sandbox)
        {
            throw new InvalidOperationException(
                $"a venue needs {SecretsOptions.Section}:{nameof(SecretsOptions.KeyFile)}: "
                + "a file outside the data directory with 64 hexadecimal digits");
        }

        _ = _keys.Value;
    }

    /// <summary>Returns the ciphertext of a secret that belongs to <paramref name="apiKey"/>.</summary>
    public byte[] Protect(ReadOnlySpan<char> apiKey, ReadOnlySpan<byte> secret)
    {
        var key = _keys.Value[0];
        var sealedSecret = new byte[CiphertextOffset + secret.Length];
        sealedSecret[0] = Version;
        key.Id.CopyTo(sealedSecret, KeyIdOffset);
        RandomNumberGenerator.Fill(sealedSecret.AsSpan(NonceOffset, NonceSize));
        using var aes = new AesGcm(key.Value, TagSize);
        aes.Encrypt(
            sealedSecret.AsSpan(NonceOffset, NonceSize),
            secret,
            sealedSecret.AsSpan(CiphertextOffset),
            sealedSecret.AsSpan(TagOffset, TagSize),
            AssociatedData(apiKey));
        return sealedSecret;
    }

    /// <summary>Returns the secret of <paramref name="apiKey"/>.</summary>
    /// <exception cref="CryptographicException">Damaged, of another API key, or of a key that the file does not hold.</exception>
    public byte[] Unprotect(ReadOnlySpan<char> apiKey, ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length < CiphertextOffset || sealedSecret[0] != Version)
        {
            throw new CryptographicException("the stored API secret has an unknown format");
        }

        foreach (var key in _keys.Value)
        {
            if (!sealedSecret.Slice(KeyIdOffset, KeyIdSize).SequenceEqual(key.Id))
            {
                continue;
            }

            var secret = new byte[sealedSecret.Length - CiphertextOffset];
            using var aes = new AesGcm(key.Value, TagSize);
            aes.Decrypt(
                sealedSecret.Slice(NonceOffset, NonceSize),
                sealedSecret[CiphertextOffset..],
                sealedSecret.Slice(TagOffset, TagSize),
                secret,
                AssociatedData(apiKey));
            return secret;
        }

        var keyId = Convert.ToHexString(sealedSecret.Slice(KeyIdOffset, KeyIdSize));
        throw new CryptographicException($"the stored API secret was encrypted with key {keyId}, which {_keyFile} does not hold");
    }

    private static byte[] AssociatedData(ReadOnlySpan<char> apiKey)
    {
        var bytes = new byte[apiKey.Length];
        Encoding.ASCII.GetBytes(apiKey, bytes);
        return bytes;
    }

    private EncryptionKey[] Load()
    {
        if (_isGenerated && !File.Exists(_keyFile))
        {
            Generate();
        }

        var keys = new List<EncryptionKey>();
        foreach (var line in File.ReadAllLines(_keyFile))
        {
            if (line.AsSpan().Trim() is { Length: > 0 } text)
            {
                keys.Add(ParseKey(text));
            }
        }

        return keys.Count > 0 ? [.. keys] : throw new InvalidOperationException($"{_keyFile} holds no key; write 64 hexadecimal digits");
    }

    private EncryptionKey ParseKey(ReadOnlySpan<char> text)
    {
        var value = new byte[KeySize];
        if (text.Length != 2 * KeySize
            || Convert.FromHexString(text, value, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new InvalidOperationException($"{_keyFile}: every line must be a key of {2 * KeySize} hexadecimal digits");
        }

        return new EncryptionKey(SHA256.HashData(value)[..KeyIdSize], value);
    }

    /// <summary>Written aside and renamed, every step synced: a key must not be lost after a secret was encrypted with it.</summary>
    private void Generate()
    {
        var storage = new FileStorage(_dataDirectory, JournalSyncMethod.Fdatasync, static _ => { });
        const string Temporary = GeneratedName + ".new";
        if (storage.Exists(Temporary))
        {
            storage.Delete(Temporary);
        }

        using (var file = storage.Open(Temporary, create: true))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(KeySize)) + "\n"), 0);
            file.Sync();
        }

        storage.Rename(Temporary, GeneratedName);
        storage.SyncFolder("");
    }
}
