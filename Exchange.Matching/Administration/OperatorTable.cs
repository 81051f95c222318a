using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Administration;

/// <summary>
/// Who may administer the exchange: journaled state, numbered from 1 in the order of creation, never removed. Engine thread only.
/// Tokens are known by their hash alone; who comes with one is found at the edge, in the published operators.
/// Invariant: once there was an enabled administrator, there always is one.
/// </summary>
public sealed class OperatorTable : ISnapshotState
{
    /// <summary>Bytes of a token's hash (SHA-256).</summary>
    public const int TokenHashLength = 32;

    /// <summary>Most operators, disabled ones counted.</summary>
    public const int MaxOperators = 1_000;

    public const int MaxNameLength = 32;

    private const int Version = 1;

    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(string Name, OperatorRole Role, byte[] TokenHash, bool IsEnabled);

    public int Count => _entries.Count;

    /// <summary>Returns whether the text is 1 to 32 characters of a-z, 0-9, '-', '_', '.'.</summary>
    public static bool IsName(string name)
    {
        foreach (var character in name)
        {
            if (!(char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '_' or '.'))
            {
                return false;
            }
        }

        return name.Length is >= 1 and <= MaxNameLength;
    }

    /// <summary>Returns whether the operator, who exists, may ask for anything at all.</summary>
    public bool IsEnabled(int operatorId) => _entries[operatorId - 1].IsEnabled;

    /// <summary>Returns None, or why the operator may not ask for this: UnknownOperator, OperatorDisabled, OperatorNotPermitted.</summary>
    public RejectReason CheckMayRequest(int operatorId, CommandType request)
    {
        if (!Exists(operatorId))
        {
            return RejectReason.UnknownOperator;
        }

        var entry = _entries[operatorId - 1];
        if (!entry.IsEnabled)
        {
            return RejectReason.OperatorDisabled;
        }

        var isAboutOperators = request is CommandType.CreateOperator or CommandType.SetOperator or CommandType.ReplaceOperatorToken;
        var mayRequest = entry.Role == OperatorRole.Administrator || (entry.Role == OperatorRole.Operator && !isAboutOperators);
        return mayRequest ? RejectReason.None : RejectReason.OperatorNotPermitted;
    }

    /// <summary>Returns None, or the first of: InvalidOperator, DuplicateOperator (name or token), TooManyOperators.</summary>
    public RejectReason CheckCreate(CreateOperatorCommand command)
    {
        if (!IsName(command.Name))
        {
            return RejectReason.InvalidOperator;
        }

        return Find(command.Name) != 0 || IsTokenOfAnother(command.TokenHash, operatorId: 0) ? RejectReason.DuplicateOperator
            : _entries.Count >= MaxOperators ? RejectReason.TooManyOperators
            : RejectReason.None;
    }

    public int Create(CreateOperatorCommand command)
    {
        Invariant.That(CheckCreate(command) == RejectReason.None, "an operator is created only after its check");
        _entries.Add(new Entry(command.Name, command.Role, command.TokenHash, IsEnabled: true));
        return _entries.Count;
    }

    /// <summary>Returns None, or the first of: UnknownOperator, NoChange, LastAdministrator.</summary>
    public RejectReason CheckSet(SetOperatorCommand command)
    {
        if (!Exists(command.OperatorId))
        {
            return RejectReason.UnknownOperator;
        }

        var entry = _entries[command.OperatorId - 1];
        return entry.IsEnabled == command.IsEnabled ? RejectReason.NoChange
            : !command.IsEnabled && entry.Role == OperatorRole.Administrator && EnabledAdministrators() == 1 ? RejectReason.LastAdministrator
            : RejectReason.None;
    }

    public void Set(SetOperatorCommand command)
    {
        Invariant.That(CheckSet(command) == RejectReason.None, "an operator is changed only after its check");
        _entries[command.OperatorId - 1] = _entries[command.OperatorId - 1] with { IsEnabled = command.IsEnabled };
    }

    /// <summary>Returns None, or the first of: UnknownOperator, NoChange (its own token), DuplicateOperator (another's).</summary>
    public RejectReason CheckReplaceToken(ReplaceOperatorTokenCommand command)
    {
        if (!Exists(command.OperatorId))
        {
            return RejectReason.UnknownOperator;
        }

        return _entries[command.OperatorId - 1].TokenHash.AsSpan().SequenceEqual(command.TokenHash) ? RejectReason.NoChange
            : IsTokenOfAnother(command.TokenHash, command.OperatorId) ? RejectReason.DuplicateOperator
            : RejectReason.None;
    }

    public void ReplaceToken(ReplaceOperatorTokenCommand command)
    {
        Invariant.That(CheckReplaceToken(command) == RejectReason.None, "a token is replaced only after its check");
        _entries[command.OperatorId - 1] = _entries[command.OperatorId - 1] with { TokenHash = command.TokenHash };
    }

    /// <summary>Returns None, or the first of: InvalidOperator, DuplicateOperator (the token is another's), NoChange, TooManyOperators.</summary>
    public RejectReason CheckAppoint(AppointOperatorCommand command)
    {
        if (!IsName(command.Name))
        {
            return RejectReason.InvalidOperator;
        }

        var operatorId = Find(command.Name);
        if (IsTokenOfAnother(command.TokenHash, operatorId))
        {
            return RejectReason.DuplicateOperator;
        }

        if (operatorId == 0)
        {
            return _entries.Count >= MaxOperators ? RejectReason.TooManyOperators : RejectReason.None;
        }

        return _entries[operatorId - 1] is { IsEnabled: true, Role: OperatorRole.Administrator } entry
            && entry.TokenHash.AsSpan().SequenceEqual(command.TokenHash)
            ? RejectReason.NoChange
            : RejectReason.None;
    }

    /// <summary>Returns the operator's id, and whether it is new.</summary>
    public (int OperatorId, bool IsNew) Appoint(AppointOperatorCommand command)
    {
        Invariant.That(CheckAppoint(command) == RejectReason.None, "an operator is appointed only after its check");
        var operatorId = Find(command.Name);
        var entry = new Entry(command.Name, OperatorRole.Administrator, command.TokenHash, IsEnabled: true);
        if (operatorId == 0)
        {
            _entries.Add(entry);
            return (_entries.Count, true);
        }

        _entries[operatorId - 1] = entry;
        return (operatorId, false);
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(_entries.Count);
        foreach (var entry in _entries)
        {
            hash.Add(entry.Name);
            hash.Add(((int)entry.Role << 1) | (entry.IsEnabled ? 1 : 0));
            hash.Add(entry.TokenHash);
        }
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(Version);
        writer.Write(_entries.Count);
        foreach (var entry in _entries)
        {
            writer.Write(entry.Name);
            writer.Write((byte)entry.Role);
            writer.Write(entry.TokenHash);
            writer.Write(entry.IsEnabled);
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("operators", Version);
        for (var left = reader.ReadCount(MaxOperators); left > 0; left--)
        {
            _entries.Add(new Entry(reader.ReadString(), (OperatorRole)reader.ReadByte(), reader.ReadBytes(), reader.ReadBool()));
        }
    }

    private bool Exists(int operatorId) => (uint)(operatorId - 1) < (uint)_entries.Count;

    private int Find(string name) => _entries.FindIndex(entry => entry.Name == name) + 1;

    private bool IsTokenOfAnother(byte[] tokenHash, int operatorId)
    {
        var found = _entries.FindIndex(entry => entry.TokenHash.AsSpan().SequenceEqual(tokenHash)) + 1;
        return found != 0 && found != operatorId;
    }

    private int EnabledAdministrators()
    {
        var count = 0;
        foreach (var entry in _entries)
        {
            count += entry is { IsEnabled: true, Role: OperatorRole.Administrator } ? 1 : 0;
        }

        return count;
    }
}
