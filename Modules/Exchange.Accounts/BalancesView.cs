using System.Collections.Concurrent;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Accounts;

/// <summary>
/// The published accounts: a pure fold of durable records into balances and keys, equal to the ledger after every command. One writer
/// (recovery, then the publisher); balances are read under a lock that a batch holds once, keys without blocking. The symbol directory
/// must have seen a record before this view does. A trading record allocates only where funds of a new chunk change.
/// </summary>
internal sealed class BalancesView : IRecordConsumer, IReservesMemory
{
    private const int SnapshotVersion = 1;

    private readonly SymbolDirectory _directory;
    private readonly Lock _lock = new();
    private FundsTable _funds = new();
    private readonly BalanceFold<Changes> _fold;
    private readonly ConcurrentDictionary<string, ApiKey> _apiKeys = new();
    private readonly ConcurrentDictionary<string, ApiKey>.AlternateLookup<ReadOnlySpan<char>> _apiKeysByText;

    /// <summary>In the order of their ids; under the lock.</summary>
    private readonly List<ApiKey> _keysById = [];

    private readonly ChunkedArray<bool> _isDisabled = new();

    /// <summary>Journal microseconds of each account's last change, 0 before the first; index 0 is nobody.</summary>
    private long[] _changedUs = new long[1024];
    private int _accountCount;

    public BalancesView(SymbolDirectory directory)
    {
        _directory = directory;
        _fold = new BalanceFold<Changes>(new Changes(this));
        _apiKeysByText = _apiKeys.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Finds a registered key. Any thread; allocates nothing and waits for nobody.</summary>
    public bool TryGetApiKey(ReadOnlySpan<char> apiKey, out ApiKey key) => _apiKeysByText.TryGetValue(apiKey, out key!);

    /// <summary>
    /// Replaces what <paramref name="balances"/> holds by the account's balances, in the order of asset ids; by nothing when the
    /// account is unknown. Any thread.
    /// </summary>
    /// <returns>Journal microseconds of the account's last change, 0 before the first.</returns>
    public long CopyBalances(int accountId, List<Balance> balances)
    {
        balances.Clear();
        var assets = _directory.Assets;
        balances.EnsureCapacity(assets.Length);
        lock (_lock)
        {
            if ((uint)(accountId - 1) >= (uint)_accountCount)
            {
                return 0;
            }

            foreach (var asset in assets)
            {
                var funds = _funds.Read(accountId, asset.Id);
                balances.Add(new Balance(asset, funds.Free, funds.Held));
            }

            return _changedUs[accountId];
        }
    }

    /// <summary>Returns whether the account exists, and may place orders as far as operators are concerned. Any thread.</summary>
    public bool TryGetAccount(int accountId, out bool isEnabled)
    {
        lock (_lock)
        {
            var exists = (uint)(accountId - 1) < (uint)_accountCount;
            isEnabled = exists && !_isDisabled[accountId];
            return exists;
        }
    }

    /// <summary>Accounts 1 to this number exist. Any thread.</summary>
    public int AccountCount
    {
        get
        {
            lock (_lock)
            {
                return _accountCount;
            }
        }
    }

    /// <summary>Returns the account's keys in the order of registration. Any thread; walks all keys.</summary>
    public IReadOnlyList<ApiKey> KeysOf(int accountId)
    {
        lock (_lock)
        {
            return _keysById.FindAll(key => key.AccountId == accountId);
        }
    }

    /// <summary>Returns the key with that id, or null. Any thread.</summary>
    public ApiKey? KeyById(int keyId)
    {
        lock (_lock)
        {
            return (uint)keyId < (uint)_keysById.Count ? _keysById[keyId] : null;
        }
    }

    public void ReleaseMemory() => _funds.ReleaseMemory();

    /// <summary>Takes the lock that <see cref="EndBatch"/> gives back, on the same thread.</summary>
    public void BeginBatch() => _lock.Enter();

    public void EndBatch() => _lock.Exit();

    public void Apply(in Record record, int replyToken)
    {
        if (!record.CommandType.IsTrading())
        {
            ApplyAdministration(record);
        }

        _fold.Apply(record);
    }

    /// <summary>Times of the last changes, keys in the order of their accounts, funds.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(_accountCount);
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            writer.Write(_changedUs[accountId]);
            writer.Write(_isDisabled[accountId]);
        }

        writer.Write(_keysById.Count);
        foreach (var key in _keysById)
        {
            writer.Write(key.Value);
            writer.Write(key.AccountId);
            writer.Write(key.SecretCiphertext.Span);
            writer.Write(key.IsEnabled);
            writer.Write((byte)key.Permissions);
        }

        _funds.Save(writer);
        writer.Write((byte)_fold.TakerSide);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("balances view", SnapshotVersion);
        _accountCount = reader.ReadCount(Ledger.MaxAccounts);
        _changedUs = new long[Math.Max(_changedUs.Length, _accountCount + 1)];
        _isDisabled.EnsureIndex(_accountCount);
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            _changedUs[accountId] = reader.ReadInt64();
            _isDisabled[accountId] = reader.ReadBool();
        }

        for (var left = reader.ReadCount(int.MaxValue); left > 0; left--)
        {
            Register(new ApiKey(reader.ReadString(), reader.ReadInt32(), reader.ReadBytes())
            {
                Id = _keysById.Count,
                IsEnabled = reader.ReadBool(),
                Permissions = (ApiKeyPermissions)reader.ReadByte(),
            });
        }

        _funds.Load(reader, _accountCount, _directory.Assets.Length);
        _fold.TakerSide = (Side)reader.ReadByte();
    }

    private void ApplyAdministration(in Record record)
    {
        var events = record.Events;
        while (events.MoveNext())
        {
            switch (events.Type)
            {
                case EventType.AccountOpened:
                    Open(events.As<AccountOpened>().AccountId, OpenAccountCommand.Read(record.RequestBody)!);
                    break;
                case EventType.ApiKeyAdded:
                    Register(events.As<ApiKeyAdded>(), AddApiKeyCommand.Read(record.RequestBody)!);
                    break;
                case EventType.ApiKeyChanged:
                    ref readonly var changedKey = ref events.As<ApiKeyChanged>();
                    Replace(_keysById[changedKey.KeyId] with { IsEnabled = changedKey.IsEnabled != 0 });
                    break;
                case EventType.AccountChanged:
                    ref readonly var changedAccount = ref events.As<AccountChanged>();
                    _isDisabled[changedAccount.AccountId] = changedAccount.IsEnabled == 0;
                    break;
            }
        }
    }

    private void Open(int accountId, OpenAccountCommand command)
    {
        Invariant.That(accountId == _accountCount + 1, "accounts are opened in the order of their ids");
        if (accountId == _changedUs.Length)
        {
            Array.Resize(ref _changedUs, _changedUs.Length * 2);
        }

        _accountCount = accountId;
        _isDisabled.EnsureIndex(accountId);
        if (command.ApiKey.Length > 0)
        {
            Register(new ApiKey(Encoding.ASCII.GetString(command.ApiKey), accountId, command.SecretCiphertext) { Id = _keysById.Count });
        }
    }

    private void Register(in ApiKeyAdded added, AddApiKeyCommand command)
    {
        Invariant.That(added.KeyId == _keysById.Count, "keys are registered in the order of their ids");
        Register(new ApiKey(Encoding.ASCII.GetString(command.ApiKey), added.AccountId, command.SecretCiphertext)
        {
            Id = added.KeyId,
            Permissions = command.Permissions,
        });
    }

    private void Register(ApiKey key)
    {
        Invariant.That(_apiKeys.TryAdd(key.Value, key), "an API key is registered once");
        _keysById.Add(key);
    }

    private void Replace(ApiKey key)
    {
        _keysById[key.Id] = key;
        _apiKeys[key.Value] = key;
    }

    private void Change(int accountId, int assetId, long free, long held, long timeUs)
    {
        if (accountId > _funds.AccountCount || assetId >= _funds.AssetCount)
        {
            _funds.Open(_accountCount, _directory.Assets.Length);
        }

        ref var funds = ref _funds.At(accountId, assetId);
        funds.Free += free;
        funds.Held += held;
        Invariant.That(funds.Free >= 0 && funds.Held >= 0, "no balance is negative");
        _changedUs[accountId] = timeUs;
    }

    /// <summary>The funds as the fold moves them.</summary>
    private readonly struct Changes(BalancesView view) : IBalanceChanges
    {
        public Symbol Symbol(int symbolId) => view._directory.Symbol(symbolId);

        public void Hold(int accountId, int assetId, long amount, long timeUs) => view.Change(accountId, assetId, -amount, amount, timeUs);

        public void Pay(int accountId, int assetId, long amount, long timeUs) => view.Change(accountId, assetId, 0, -amount, timeUs);

        public void Receive(int accountId, int assetId, long amount, long fee, long timeUs) =>
            view.Change(accountId, assetId, amount - fee, 0, timeUs);

        public void Adjust(int accountId, int assetId, long change, long timeUs) => view.Change(accountId, assetId, change, 0, timeUs);
    }
}
