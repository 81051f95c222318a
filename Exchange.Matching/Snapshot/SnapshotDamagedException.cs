namespace Exchange.Matching.Snapshot;

/// <summary>A snapshot does not hold what a snapshot must hold; it is not used, and nothing is changed.</summary>
public sealed class SnapshotDamagedException(string message) : Exception(message);
