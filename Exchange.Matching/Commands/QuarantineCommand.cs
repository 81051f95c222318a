namespace Exchange.Matching.Commands;

/// <summary>
/// Makes an account and a symbol cancel-only after a command of theirs broke the engine, or releases them.
/// Body of both <see cref="CommandType.Quarantine"/> and <see cref="CommandType.ReleaseQuarantine"/>.
/// </summary>
/// <param name="FailedSequence">The sequence that the failed command would have had; names the quarantine file.</param>
public readonly record struct QuarantineCommand(long FailedSequence, int AccountId, int SymbolId)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[14];
        var writer = new BodyWriter(bytes);
        writer.Int64(FailedSequence);
        writer.Int32(AccountId);
        writer.UInt16(SymbolId);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out QuarantineCommand command)
    {
        var reader = new BodyReader(body);
        command = new QuarantineCommand(reader.Int64(), reader.Int32(), reader.UInt16());
        return reader.IsComplete;
    }
}
