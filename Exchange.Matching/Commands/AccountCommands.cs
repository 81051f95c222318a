namespace Exchange.Matching.Commands;

/// <summary>What a key may do. Journaled: a bit is never reused.</summary>
[Flags]
public enum ApiKeyPermissions : byte
{
    None = 0,

    /// <summary>Read the account.</summary>
    Read = 1,

    /// <summary>Place and cancel orders.</summary>
    Trade = 2,

    All = Read | Trade,
}

/// <summary>Registers a further key of an account.</summary>
/// <param name="ApiKey">ASCII letters and digits, 1 to 64.</param>
/// <param name="SecretCiphertext">The secret as the edge encrypted it; opaque here.</param>
public sealed record AddApiKeyCommand(int AccountId, ApiKeyPermissions Permissions, byte[] ApiKey, byte[] SecretCiphertext)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[16 + ApiKey.Length + SecretCiphertext.Length];
        var writer = new BodyWriter(bytes);
        writer.Int32(AccountId);
        writer.Byte((byte)Permissions);
        writer.Bytes(ApiKey);
        writer.Bytes(SecretCiphertext);
        return bytes[..writer.Length];
    }

    /// <summary>Returns the command, or null when the bytes are malformed or out of range.</summary>
    public static AddApiKeyCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new AddApiKeyCommand(
            reader.Int32(), (ApiKeyPermissions)reader.Byte(), reader.Bytes().ToArray(), reader.Bytes().ToArray());
        return reader.IsComplete
            && (command.Permissions & ~ApiKeyPermissions.All) == 0
            && command.ApiKey.Length is >= 1 and <= OpenAccountCommand.MaxApiKeyLength
            && command.SecretCiphertext.Length is >= 1 and <= OpenAccountCommand.MaxSecretLength
            ? command
            : null;
    }
}

/// <summary>Enables or disables a key, named by its value.</summary>
public sealed record SetApiKeyCommand(byte[] ApiKey, bool IsEnabled)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[3 + ApiKey.Length];
        var writer = new BodyWriter(bytes);
        writer.Bytes(ApiKey);
        writer.Byte(IsEnabled ? (byte)1 : (byte)0);
        return bytes;
    }

    /// <summary>Returns the command, or null when the bytes are malformed.</summary>
    public static SetApiKeyCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var apiKey = reader.Bytes().ToArray();
        var enabled = reader.Byte();
        return reader.IsComplete && enabled <= 1 ? new SetApiKeyCommand(apiKey, enabled == 1) : null;
    }
}

/// <summary>Lets an account place orders (enabled), or only cancel.</summary>
public readonly record struct SetAccountCommand(int AccountId, bool IsEnabled)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[5];
        var writer = new BodyWriter(bytes);
        writer.Int32(AccountId);
        writer.Byte(IsEnabled ? (byte)1 : (byte)0);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SetAccountCommand command)
    {
        var reader = new BodyReader(body);
        var accountId = reader.Int32();
        var enabled = reader.Byte();
        command = new SetAccountCommand(accountId, enabled == 1);
        return reader.IsComplete && enabled <= 1;
    }
}

/// <summary>Gives an account other order limits.</summary>
/// <param name="Per10Seconds">Orders per ten seconds; 0 is no limit.</param>
/// <param name="PerDay">Orders per day (UTC); 0 is no limit.</param>
public readonly record struct SetOrderLimitsCommand(int AccountId, int Per10Seconds, int PerDay)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[12];
        var writer = new BodyWriter(bytes);
        writer.Int32(AccountId);
        writer.Int32(Per10Seconds);
        writer.Int32(PerDay);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed and no limit is negative.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SetOrderLimitsCommand command)
    {
        var reader = new BodyReader(body);
        command = new SetOrderLimitsCommand(reader.Int32(), reader.Int32(), reader.Int32());
        return reader.IsComplete && command.Per10Seconds >= 0 && command.PerDay >= 0;
    }
}
