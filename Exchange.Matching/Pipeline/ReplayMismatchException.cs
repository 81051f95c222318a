namespace Exchange.Matching.Pipeline;

/// <summary>The journal and the engine disagree: the start is refused, and nothing was changed.</summary>
public sealed class ReplayMismatchException(string file, long offset, long sequence, string reason, Exception? cause = null)
    : Exception(
        $"recovery stopped at sequence {sequence}, '{file}' offset {offset}: {reason}. Start the build that wrote this journal, or restore the data directory; nothing was changed",
        cause)
{
    /// <summary>The segment, relative to the data directory.</summary>
    public string File { get; } = file;

    /// <summary>Where the record begins in it, bytes.</summary>
    public long Offset { get; } = offset;

    public long Sequence { get; } = sequence;
}
