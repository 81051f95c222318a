namespace Exchange.Replication.Messages;

/// <summary>
/// Where events are sent to, one by one in groups: what differs between a queue and a stream. One thread calls, but for
/// <see cref="SendAsync"/>, of which several may be under way.
/// </summary>
internal interface IEventTarget : IDisposable
{
    /// <summary>As <see cref="Following.IReplicator.Name"/>.</summary>
    string Name { get; }

    /// <summary>Most entries of a request.</summary>
    int EntriesMax { get; }

    /// <summary>Most bytes of a request, all entries together.</summary>
    int BytesMax { get; }

    /// <summary>Whether it takes what is no trading, too.</summary>
    bool TakesAudit { get; }

    /// <summary>Finds the target, makes it where that is asked for, and checks that it is as it must be.</summary>
    /// <returns>Its full name: a position counts for it alone.</returns>
    /// <exception cref="StoreUnfitException">It is missing or set up otherwise.</exception>
    Task<string> OpenAsync();

    /// <summary>Returns the group in which a message keeps its order.</summary>
    string GroupOf(in EventMessage message);

    /// <summary>Makes an entry of the first message of a group, or of its first few.</summary>
    OutgoingEntry Pack(string group, IReadOnlyCollection<EventMessage> messages);

    /// <summary>Sends a request of entries of different groups.</summary>
    /// <returns>The entries that were not taken; none of those that were is sent again.</returns>
    Task<IReadOnlyList<RefusedEntry>> SendAsync(IReadOnlyList<OutgoingEntry> entries);
}

/// <summary>Part of a request.</summary>
/// <param name="MessageCount">How many messages of the group are in it.</param>
/// <param name="Bytes">What it counts for towards the request's limit.</param>
/// <param name="Id">Of its first message.</param>
internal sealed record OutgoingEntry(string Group, int MessageCount, int Bytes, EventId Id, ReadOnlyMemory<byte> Body);

/// <param name="Index">Position in the request.</param>
/// <param name="IsFinal">Trying again is no use: the entry itself is at fault.</param>
internal readonly record struct RefusedEntry(int Index, string Code, string Reason, bool IsFinal);
