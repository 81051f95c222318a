using Exchange.Matching.Commands;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Ports;

/// <summary>
/// The money, as the engine sees it. Engine thread only; implemented by a struct over the module's ledger, so that calls inline.
/// Callers validate first: the methods that move funds break an invariant (throw) when the funds are not there.
/// Amounts are units of the asset and never negative. Accounts are numbered from 1, assets from 0, without gaps.
/// Conservation, per asset, after every command: sum of free + sum of held + fees collected = deposits - withdrawals.
/// </summary>
public interface ILedger : ISnapshotState
{
    /// <summary>Accounts 1 to this number exist.</summary>
    int AccountCount { get; }

    void AddAsset(Asset asset);

    /// <summary>Returns None, or why the account cannot be opened as asked.</summary>
    RejectReason CheckOpenAccount(OpenAccountCommand command);

    /// <summary>Opens the next account, registers its key, deposits its funds; returns its id. Only after a check.</summary>
    int OpenAccount(OpenAccountCommand command);

    /// <summary>Returns None, or why the key cannot be registered.</summary>
    RejectReason CheckAddApiKey(AddApiKeyCommand command);

    /// <summary>Registers a further key; returns its id, the position in the order of registration. Only after a check.</summary>
    int AddApiKey(AddApiKeyCommand command);

    /// <summary>Returns None, or why the key cannot be changed.</summary>
    RejectReason CheckSetApiKey(SetApiKeyCommand command);

    /// <summary>Enables or disables a key; returns its id. Only after a check.</summary>
    int SetApiKey(SetApiKeyCommand command);

    /// <summary>Returns None, or why the adjustment cannot be made.</summary>
    RejectReason CheckAdjustBalance(in AdjustBalanceCommand command);

    void AdjustBalance(in AdjustBalanceCommand command);

    /// <summary>Returns what the account may spend or withdraw; for inspection.</summary>
    long Free(int accountId, int assetId);

    /// <summary>Returns what the account's open orders have set aside.</summary>
    long Held(int accountId, int assetId);

    /// <summary>Returns where the account's funds in the asset are. Both exist. No change of the state, but memory may be taken.</summary>
    FundsPlace PlaceOf(int accountId, int assetId);

    /// <summary>Moves from free to held; false, and nothing changed, when less is free.</summary>
    bool TryHold(FundsPlace funds, long amount);

    /// <summary>Moves from free to held, or, where the change is negative, back; false, and nothing changed, when less is free.</summary>
    bool TryChangeHold(FundsPlace funds, long change);

    /// <summary>Moves from held back to free.</summary>
    void Release(FundsPlace funds, long amount);

    /// <summary>
    /// Returns the fee that the account pays from <paramref name="received"/> units, rounded up, never more than received.
    /// </summary>
    long Fee(int accountId, in SymbolNumbers symbol, bool isMaker, long received);

    /// <summary>
    /// A command that moves funds of this account (any number) in this asset comes soon: they may be fetched into the cache. Changes nothing.
    /// </summary>
    void Prefetch(int accountId, int assetId);

    /// <summary>
    /// Settles a maker's side of a trade: what it paid leaves its held funds, what it received, less its fee, joins its free funds. The other side
    /// follows in <see cref="SettleTaker"/>, before the command ends.
    /// </summary>
    /// <param name="paidFrom">The maker's funds in the paid asset.</param>
    /// <param name="paid">Units of the paid asset.</param>
    /// <param name="receivedIn">The maker's funds in the received asset.</param>
    /// <param name="received">Units of the received asset, the fee taken off.</param>
    void SettleMaker(FundsPlace paidFrom, long paid, FundsPlace receivedIn, long received);

    /// <summary>Settles a taker's side of one or more trades, and collects the fees of both sides.</summary>
    void SettleTaker(in TakerSettlement settlement);

    /// <summary>Adds accounts, balances, totals and keys, in the order of their ids.</summary>
    void AddTo(ref StateHash hash);

    /// <summary>Returns the first broken rule of conservation in words, or null. Walks all accounts: for tests and sliced checks.</summary>
    string? FindImbalance();
}

/// <summary>
/// A taker's side of trades whose makers are settled: what it paid leaves its held funds, what it received, less its fees, joins its free funds.
/// </summary>
public readonly struct TakerSettlement
{
    public required FundsPlace PaidFrom { get; init; }

    public required int PaidAssetId { get; init; }

    public required FundsPlace ReceivedIn { get; init; }

    public required int ReceivedAssetId { get; init; }

    /// <summary>Units of the paid asset; the makers received them, less their fees.</summary>
    public required long Paid { get; init; }

    /// <summary>The makers' fees, units of the asset that the taker pays.</summary>
    public required long MakerFees { get; init; }

    /// <summary>Units of the received asset; the makers paid them.</summary>
    public required long Received { get; init; }

    /// <summary>The taker's fees, units of the asset that it receives.</summary>
    public required long TakerFees { get; init; }
}
