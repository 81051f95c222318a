namespace Exchange.Matching.Commands;

/// <summary>A deposit (positive) or withdrawal (negative) of an account's free funds.</summary>
/// <param name="Change">Units of the asset, not 0.</param>
public readonly record struct AdjustBalanceCommand(int AccountId, int AssetId, long Change)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[14];
        var writer = new BodyWriter(bytes);
        writer.Int32(AccountId);
        writer.UInt16(AssetId);
        writer.Int64(Change);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out AdjustBalanceCommand command)
    {
        var reader = new BodyReader(body);
        command = new AdjustBalanceCommand(reader.Int32(), reader.UInt16(), reader.Int64());
        return reader.IsComplete;
    }
}
