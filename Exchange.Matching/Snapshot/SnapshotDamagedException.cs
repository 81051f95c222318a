namespace Exchange.Matching.Snapshot;

/// <summary>A snapshot does not hold what a snapshot must hold, or holds it for another build; it is not used, and nothing is changed.</summary>
public sealed class SnapshotDamagedException(string message) : Exception(message);
