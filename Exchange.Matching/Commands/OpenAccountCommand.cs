namespace Exchange.Matching.Commands;

/// <summary>An amount of one asset.</summary>
/// <param name="AssetId">See `Asset.Id`.</param>
/// <param name="Amount">Units of the asset.</param>
public readonly record struct AssetAmount(int AssetId, long Amount);

/// <summary>
/// Opens an account, in one command with its first key and deposits, so that no half-made account can be left behind.
/// </summary>
public sealed record OpenAccountCommand
{
    /// <summary>Most deposits in one command.</summary>
    public const int MaxDeposits = 64;

    public const int MaxApiKeyLength = 64;

    /// <summary>Most bytes of a secret's ciphertext.</summary>
    public const int MaxSecretLength = 512;

    /// <summary>Orders per ten seconds that the account may place; 0 is no limit.</summary>
    public int OrderLimitPer10Seconds { get; init; }

    /// <summary>Orders per day (UTC) that the account may place; 0 is no limit.</summary>
    public int OrderLimitPerDay { get; init; }

    /// <summary>ASCII, 1 to 64 characters; empty opens the account without a key.</summary>
    public byte[] ApiKey { get; init; } = [];

    /// <summary>The secret as the edge encrypted it; opaque here.</summary>
    public byte[] SecretCiphertext { get; init; } = [];

    public IReadOnlyList<AssetAmount> Deposits { get; init; } = [];

    public byte[] ToBytes()
    {
        var bytes = new byte[64 + ApiKey.Length + SecretCiphertext.Length + Deposits.Count * 10];
        var writer = new BodyWriter(bytes);
        writer.Int32(OrderLimitPer10Seconds);
        writer.Int32(OrderLimitPerDay);
        writer.Bytes(ApiKey);
        writer.Bytes(SecretCiphertext);
        writer.UInt16(Deposits.Count);
        foreach (var deposit in Deposits)
        {
            writer.UInt16(deposit.AssetId);
            writer.Int64(deposit.Amount);
        }

        return bytes[..writer.Length];
    }

    /// <summary>Returns the command, or null when the bytes are malformed or a number is out of range.</summary>
    public static OpenAccountCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var limitPer10Seconds = reader.Int32();
        var limitPerDay = reader.Int32();
        var apiKey = reader.Bytes().ToArray();
        var secret = reader.Bytes().ToArray();
        var count = reader.UInt16();
        if (count > MaxDeposits || apiKey.Length > MaxApiKeyLength || secret.Length > MaxSecretLength || limitPer10Seconds < 0 || limitPerDay < 0)
        {
            return null;
        }

        var deposits = new AssetAmount[count];
        for (var i = 0; i < count; i++)
        {
            deposits[i] = new AssetAmount(reader.UInt16(), reader.Int64());
        }

        return reader.IsComplete
            ? new OpenAccountCommand
            {
                OrderLimitPer10Seconds = limitPer10Seconds,
                OrderLimitPerDay = limitPerDay,
                ApiKey = apiKey,
                SecretCiphertext = secret,
                Deposits = deposits,
            }
            : null;
    }
}
