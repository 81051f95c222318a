namespace Exchange.Replication;

/// <summary>A store that cannot be continued from where it stands; <c>rebuild</c> makes it anew.</summary>
public sealed class RebuildNeededException(string reason) : Exception(reason);
