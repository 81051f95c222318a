namespace Exchange.Matching.Journal;

/// <summary>
/// The journal holds something that a crash of this program cannot have left behind. The start is refused; nothing has been changed.
/// </summary>
public sealed class JournalDamagedException(string file, long offset, string reason)
    : IOException($"journal damaged: {file}, offset {offset}: {reason}")
{
    /// <summary>Name relative to the data directory.</summary>
    public string File { get; } = file;

    /// <summary>Bytes from the start of the file.</summary>
    public long Offset { get; } = offset;
}
