namespace Exchange.Replication.Redis;

/// <summary>What the store says of one symbol; all 0 where it holds nothing.</summary>
/// <param name="Sequence">Of the record behind which its data stands.</param>
/// <param name="TimeUs">Of that record.</param>
/// <param name="Version">See <see cref="SymbolPicture.Version"/>.</param>
internal readonly record struct SymbolHead(long Epoch, long Sequence, long TimeUs, string? Version)
{
    public string Position => $"{Epoch}-{Sequence}";
}
