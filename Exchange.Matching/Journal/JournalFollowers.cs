using Exchange.Matching.Ports;

namespace Exchange.Matching.Journal;

/// <summary>Who follows the journal's files. Any thread.</summary>
public sealed class JournalFollowers
{
    private readonly Lock _lock = new();
    private readonly List<IJournalFollower> _followers = [];

    /// <summary>Keeps every segment that the follower has not passed, from now on: before the pipeline starts, or segments may be gone already.</summary>
    /// <returns>Disposing it ends the keeping.</returns>
    /// <exception cref="ArgumentException">There is a follower of this name.</exception>
    public IDisposable Register(IJournalFollower follower)
    {
        lock (_lock)
        {
            if (_followers.Exists(other => other.Name == follower.Name))
            {
                throw new ArgumentException($"there is a follower named '{follower.Name}' already", nameof(follower));
            }

            _followers.Add(follower);
        }

        return new Registration(this, follower);
    }

    /// <summary>Returns the followers as they stand now.</summary>
    public IReadOnlyList<IJournalFollower> All()
    {
        lock (_lock)
        {
            return [.. _followers];
        }
    }

    private sealed class Registration(JournalFollowers followers, IJournalFollower follower) : IDisposable
    {
        public void Dispose()
        {
            lock (followers._lock)
            {
                followers._followers.Remove(follower);
            }
        }
    }
}
