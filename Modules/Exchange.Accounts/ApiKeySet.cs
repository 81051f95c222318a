using System.Text;
using Exchange.Matching.Snapshot;

namespace Exchange.Accounts;

/// <summary>
/// The registered API keys by value. Engine thread only. Split into shards, so that one insertion re-hashes a small part at most:
/// a single set would copy all keys in one command when it grows.
/// </summary>
internal sealed class ApiKeySet
{
    private const int ShardCount = 256;

    private readonly HashSet<string>?[] _shards = new HashSet<string>?[ShardCount];

    /// <summary>Returns whether every character is one of A-Z, a-z, 0-9. An empty key is well formed: it registers nothing.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> apiKey)
    {
        foreach (var character in apiKey)
        {
            if (!char.IsAsciiLetterOrDigit((char)character))
            {
                return false;
            }
        }

        return true;
    }

    public bool Contains(ReadOnlySpan<byte> apiKey) =>
        _shards[ShardOf(apiKey)] is { } shard && shard.Contains(Encoding.ASCII.GetString(apiKey));

    /// <summary>Returns false, with nothing changed, when the key is there already.</summary>
    public bool Add(ReadOnlySpan<byte> apiKey) => (_shards[ShardOf(apiKey)] ??= []).Add(Encoding.ASCII.GetString(apiKey));

    /// <summary>The keys in ordinal order.</summary>
    public void Save(SnapshotWriter writer)
    {
        var keys = _shards.SelectMany(shard => shard ?? []).ToArray();
        Array.Sort(keys, StringComparer.Ordinal);
        writer.Write(keys.Length);
        foreach (var key in keys)
        {
            writer.Write(key);
        }
    }

    public void Load(SnapshotReader reader)
    {
        for (var left = reader.ReadCount(int.MaxValue); left > 0; left--)
        {
            if (!Add(reader.ReadBytes()))
            {
                throw new SnapshotDamagedException("an API key is there twice");
            }
        }
    }

    private static int ShardOf(ReadOnlySpan<byte> apiKey)
    {
        // FNV-1a
        var hash = 2166136261u;
        foreach (var character in apiKey)
        {
            hash = (hash ^ character) * 16777619u;
        }

        return (int)(hash % ShardCount);
    }
}
