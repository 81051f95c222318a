namespace Exchange.Matching.Ports;

/// <summary>
/// One who follows the journal's files and still needs what lies behind its position: a replicator, an archive, a shared journal. Segments are
/// kept for it. Registered with <see cref="Journal.JournalFollowers"/> before the pipeline starts.
/// </summary>
public interface IJournalFollower
{
    /// <summary>For log and health, for example <c>sql</c>; no two followers have the same.</summary>
    string Name { get; }

    /// <summary>The last sequence whose effects it keeps durably; 0 before the first. Only rises. Any thread, without blocking.</summary>
    long Position { get; }

    /// <summary>
    /// It holds back more than the retention allows: the segments that it needs may go from now on, so it must stop and be rebuilt. Told once, by
    /// the retention's thread; must not block or throw.
    /// </summary>
    /// <param name="heldBytes">Bytes of segments that it holds back.</param>
    void MarkRebuildNeeded(long heldBytes);
}
