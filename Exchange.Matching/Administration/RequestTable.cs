using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Administration;

/// <summary>
/// The requests of operators that have taken effect, by the caller's id, so that a retry after a time-out is answered and not executed
/// again. Remembers the latest <see cref="Capacity"/>; a request that was refused is not remembered: it did nothing, and may be made again.
/// Journaled state; engine thread only. Takes its memory (about 6 MB) with the first request.
/// </summary>
public sealed class RequestTable : ISnapshotState
{
    /// <summary>Requests remembered. A number that steers behaviour: it changes only behind `GenesisCommand.LogicVersion`.</summary>
    public const int Capacity = 65_536;

    private const int Version = 1;

    private readonly int _capacity;
    private Dictionary<UInt128, int>? _byId;
    private Entry[] _entries = [];
    private long _count;

    private struct Entry
    {
        public UInt128 Id;
        public ulong Fingerprint;
        public long Sequence;
        public int ResultId;
    }

    public RequestTable()
        : this(Capacity)
    {
    }

    /// <summary>A smaller one, for tests.</summary>
    internal RequestTable(int capacity) => _capacity = capacity;

    /// <summary>
    /// Returns a hash of what was asked for and by whom. What the edge makes anew for every try (keys, ciphertexts, token hashes) is left out.
    /// </summary>
    public static ulong FingerprintOf(in AdministerCommand command)
    {
        var hash = new StateHash();
        hash.Add(command.OperatorId);
        hash.Add((int)command.RequestType);
        switch (command.RequestType)
        {
            case CommandType.OpenAccount when OpenAccountCommand.Read(command.Request) is { } open:
                hash.Add((open with { ApiKey = [], SecretCiphertext = [] }).ToBytes());
                hash.Add(open.ApiKey.Length > 0 ? 1 : 0);
                break;
            case CommandType.AddApiKey when AddApiKeyCommand.Read(command.Request) is { } add:
                hash.Add(add.AccountId);
                hash.Add((int)add.Permissions);
                break;
            case CommandType.CreateOperator when CreateOperatorCommand.Read(command.Request) is { } create:
                hash.Add(create.Name);
                hash.Add((int)create.Role);
                break;
            case CommandType.ReplaceOperatorToken when ReplaceOperatorTokenCommand.Read(command.Request) is { } replace:
                hash.Add(replace.OperatorId);
                break;
            default:
                hash.Add(command.Request);
                break;
        }

        return hash.Value;
    }

    /// <summary>Returns whether the id is remembered, and of which request.</summary>
    public bool TryFind(UInt128 id, out ulong fingerprint, out long sequence, out int resultId)
    {
        if (_byId is not null && _byId.TryGetValue(id, out var index))
        {
            ref readonly var entry = ref _entries[index];
            (fingerprint, sequence, resultId) = (entry.Fingerprint, entry.Sequence, entry.ResultId);
            return true;
        }

        (fingerprint, sequence, resultId) = (0, 0, 0);
        return false;
    }

    /// <summary>Remembers a request that has taken effect; the oldest is forgotten when there is no room.</summary>
    public void Remember(UInt128 id, ulong fingerprint, long sequence, int resultId)
    {
        if (_byId is null)
        {
            _byId = new Dictionary<UInt128, int>(_capacity);
            _entries = new Entry[_capacity];
        }

        var index = (int)(_count % _capacity);
        if (_count >= _capacity)
        {
            _byId.Remove(_entries[index].Id);
        }

        _entries[index] = new Entry { Id = id, Fingerprint = fingerprint, Sequence = sequence, ResultId = resultId };
        _byId.Add(id, index);
        _count++;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(_count);
        for (var number = FirstKept; number < _count; number++)
        {
            ref readonly var entry = ref _entries[(int)(number % _capacity)];
            hash.Add((Int128)entry.Id);
            hash.Add((long)entry.Fingerprint);
            hash.Add(entry.Sequence);
            hash.Add(entry.ResultId);
        }
    }

    /// <summary>Oldest first.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(Version);
        writer.Write(_count);
        writer.Write((int)(_count - FirstKept));
        for (var number = FirstKept; number < _count; number++)
        {
            ref readonly var entry = ref _entries[(int)(number % _capacity)];
            writer.Write((Int128)entry.Id);
            writer.Write((long)entry.Fingerprint);
            writer.Write(entry.Sequence);
            writer.Write(entry.ResultId);
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("requests", Version);
        var count = reader.ReadInt64();
        var kept = reader.ReadCount(_capacity);
        if (count < kept || (kept < _capacity && count != kept))
        {
            throw new SnapshotDamagedException($"requests: {kept} of {count} are kept");
        }

        _count = count - kept;
        for (var left = kept; left > 0; left--)
        {
            var id = (UInt128)reader.ReadInt128();
            if (_byId is not null && _byId.ContainsKey(id))
            {
                throw new SnapshotDamagedException($"requests: {id:x32} is there twice");
            }

            Remember(id, (ulong)reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());
        }
    }

    private long FirstKept => Math.Max(0, _count - _capacity);
}
