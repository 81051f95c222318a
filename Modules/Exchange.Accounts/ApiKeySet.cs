using System.Text;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// The registered API keys, by value and numbered from 0 in the order of registration. Engine thread only. Split into shards, so that one
/// insertion re-hashes a small part at most: a single table would copy all keys in one command when it grows.
/// </summary>
internal sealed class ApiKeySet
{
    /// <summary>Most keys of one exchange.</summary>
    public const int MaxKeys = 1 << 24;

    private const int ShardCount = 256;

    private readonly Dictionary<string, int>?[] _shards = new Dictionary<string, int>?[ShardCount];
    private readonly ChunkedArray<bool> _isDisabled = new();

    /// <summary>Keys 0 to this number less one exist.</summary>
    public int Count { get; private set; }

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

    public bool Contains(ReadOnlySpan<byte> apiKey) => TryFind(apiKey, out _);

    public bool TryFind(ReadOnlySpan<byte> apiKey, out int keyId)
    {
        keyId = -1;
        return _shards[ShardOf(apiKey)] is { } shard && shard.TryGetValue(Encoding.ASCII.GetString(apiKey), out keyId);
    }

    /// <summary>Registers a key, enabled; returns false, with nothing changed, when it is there already.</summary>
    public bool Add(ReadOnlySpan<byte> apiKey)
    {
        if (!(_shards[ShardOf(apiKey)] ??= []).TryAdd(Encoding.ASCII.GetString(apiKey), Count))
        {
            return false;
        }

        _isDisabled.EnsureIndex(Count);
        Count++;
        return true;
    }

    public bool IsEnabled(int keyId) => !_isDisabled[keyId];

    public void Enable(int keyId, bool isEnabled) => _isDisabled[keyId] = !isEnabled;

    /// <summary>The keys in the order of their ids.</summary>
    public void Save(SnapshotWriter writer)
    {
        var keys = new string[Count];
        foreach (var (key, keyId) in _shards.SelectMany(shard => shard ?? []))
        {
            keys[keyId] = key;
        }

        writer.Write(Count);
        for (var keyId = 0; keyId < Count; keyId++)
        {
            writer.Write(keys[keyId]);
            writer.Write(IsEnabled(keyId));
        }
    }

    public void Load(SnapshotReader reader)
    {
        for (var left = reader.ReadCount(MaxKeys); left > 0; left--)
        {
            if (!Add(reader.ReadBytes()))
            {
                throw new SnapshotDamagedException("an API key is there twice");
            }

            Enable(Count - 1, reader.ReadBool());
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
