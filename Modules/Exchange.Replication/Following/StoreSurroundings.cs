using Microsoft.Extensions.Logging;

namespace Exchange.Replication.Following;

/// <summary>What every store is given besides its own options.</summary>
/// <param name="DataDirectory">Absolute; where stores lie that are files, and positions of stores that keep none.</param>
internal sealed record StoreSurroundings(string DataDirectory, FollowingOptions Following, ILogger Logger);
