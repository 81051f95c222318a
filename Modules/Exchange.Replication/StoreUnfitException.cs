namespace Exchange.Replication;

/// <summary>A store that cannot be used as it is set up now; whoever runs it can mend that, and following goes on by itself.</summary>
internal sealed class StoreUnfitException(string reason) : Exception(reason);
