using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Accounts;

/// <summary>The accounts module's door: keys and balances for any thread, the ledger for the engine thread.</summary>
public interface IAccountsModule
{
    /// <summary>The money, for the engine thread alone.</summary>
    LedgerPort Ledger { get; }

    /// <summary>The fold of durable records into balances and keys; fed by recovery and publisher.</summary>
    IRecordConsumer View { get; }

    /// <summary>Returns an empty ledger, for an engine that is not the exchange's own: the snapshotter's.</summary>
    LedgerPort NewLedger();

    /// <summary>Returns an empty view of the same kind as <see cref="View"/> beside a directory of its own, for the snapshotter.</summary>
    IRecordConsumer NewView(SymbolDirectory symbols);

    /// <summary>Finds a key that is registered durably. Any thread; allocates nothing.</summary>
    bool TryGetApiKey(ReadOnlySpan<char> apiKey, out ApiKey key);

    /// <summary>Returns the keys of an account in the order of registration. Any thread; for administration: it walks all keys.</summary>
    IReadOnlyList<ApiKey> KeysOf(int accountId);

    /// <summary>Returns the key with an id, or null. Any thread.</summary>
    ApiKey? KeyById(int keyId);

    /// <summary>Accounts 1 to this number exist. Any thread.</summary>
    int AccountCount { get; }

    /// <summary>Returns whether the account exists, and whether it may place orders as far as operators are concerned. Any thread.</summary>
    bool TryGetAccount(int accountId, out bool isEnabled);

    /// <summary>Copies the account's balances, every asset in the order of asset ids. Any thread.</summary>
    /// <returns>Journal time of the account's last change, microseconds; 0 when there was none or the account is unknown.</returns>
    long CopyBalances(int accountId, List<Balance> balances);
}

/// <summary>A registered key.</summary>
/// <param name="SecretCiphertext">As the edge encrypted it.</param>
public sealed record ApiKey(string Value, int AccountId, ReadOnlyMemory<byte> SecretCiphertext)
{
    /// <summary>Position in the order of registration, from 0.</summary>
    public int Id { get; init; }

    /// <summary>An operator may have disabled it: it authenticates nothing then.</summary>
    public bool IsEnabled { get; init; } = true;

    public ApiKeyPermissions Permissions { get; init; } = ApiKeyPermissions.All;
}

/// <summary>Funds of one asset, in its units.</summary>
public readonly record struct Balance(Asset Asset, long Free, long Held);
