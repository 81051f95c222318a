using Exchange.Matching.Commands;

namespace Exchange.Matching.Events;

/// <summary>
/// Records that follow one another, as a consumer takes them at once: it can look ahead at what the next ones will touch. The bytes belong to a ring or
/// a journal buffer and are valid during the call only.
/// </summary>
/// <param name="bytes">Holds the records, not necessarily back to back.</param>
/// <param name="starts">Offset of each record in the bytes.</param>
/// <param name="replyTokens">Who waits for each record's command; empty when nobody waits for any.</param>
public readonly ref struct RecordRun(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> starts, ReadOnlySpan<int> replyTokens)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ReadOnlySpan<int> _starts = starts;
    private readonly ReadOnlySpan<int> _replyTokens = replyTokens;

    /// <summary>Records.</summary>
    public int Count => _starts.Length;

    public Record this[int index] => new(_bytes[_starts[index]..]);

    /// <summary>See <see cref="Ports.IRecordConsumer.Apply(in Record, int)"/>.</summary>
    public int ReplyToken(int index) => _replyTokens.IsEmpty ? CommandSlot.NoReply : _replyTokens[index];
}
