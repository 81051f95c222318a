namespace Exchange.Matching.Snapshot;

/// <summary>
/// State that a snapshot carries: what <see cref="Load"/> gives back is, in every answer and every later effect, what <see cref="Save"/>
/// wrote. Logical content only, in a fixed order (of ids, of queues), never the layout of a data structure, so that a structure may
/// change and equal states give equal bytes. Each part writes its own version first and refuses others. One thread, while nothing changes the state.
/// </summary>
public interface ISnapshotState
{
    void Save(SnapshotWriter writer);

    /// <summary>Fills an empty state.</summary>
    /// <exception cref="SnapshotDamagedException">The content cannot be what Save wrote; the state must be thrown away.</exception>
    void Load(SnapshotReader reader);
}
