using System.Runtime.CompilerServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// The ledger as the engine holds it. A struct, so that the JIT compiles an engine loop of its own for it and the calls inline.
/// Engine thread only; a default value has no ledger behind it and must not be used.
/// </summary>
public readonly struct LedgerPort : ILedger, IReservesMemory
{
    private readonly Ledger _ledger;

    internal LedgerPort(Ledger ledger) => _ledger = ledger;

    public int AccountCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _ledger.AccountCount;
    }

    /// <summary>The ledger itself, for tests and checks.</summary>
    internal Ledger Ledger => _ledger;

    public void AddAsset(Asset asset) => _ledger.AddAsset(asset);

    public RejectReason CheckOpenAccount(OpenAccountCommand command) => _ledger.CheckOpenAccount(command);

    public int OpenAccount(OpenAccountCommand command) => _ledger.OpenAccount(command);

    public RejectReason CheckAddApiKey(AddApiKeyCommand command) => _ledger.CheckAddApiKey(command);

    public int AddApiKey(AddApiKeyCommand command) => _ledger.AddApiKey(command);

    public RejectReason CheckSetApiKey(SetApiKeyCommand command) => _ledger.CheckSetApiKey(command);

    public int SetApiKey(SetApiKeyCommand command) => _ledger.SetApiKey(command);

    public RejectReason CheckAdjustBalance(in AdjustBalanceCommand command) => _ledger.CheckAdjustBalance(command);

    public void AdjustBalance(in AdjustBalanceCommand command) => _ledger.AdjustBalance(command);

    public long Free(int accountId, int assetId) => _ledger.Free(accountId, assetId);

    public long Held(int accountId, int assetId) => _ledger.Held(accountId, assetId);

    public FundsPlace PlaceOf(int accountId, int assetId) => _ledger.PlaceOf(accountId, assetId);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHold(FundsPlace funds, long amount) => _ledger.TryHold(funds, amount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryChangeHold(FundsPlace funds, long change) => _ledger.TryChangeHold(funds, change);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(FundsPlace funds, long amount) => _ledger.Release(funds, amount);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Fee(int accountId, in SymbolNumbers symbol, bool isMaker, long received) => Ledger.Fee(in symbol, isMaker, received);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int accountId, int assetId) => _ledger.Prefetch(accountId, assetId);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SettleMaker(FundsPlace paidFrom, long paid, FundsPlace receivedIn, long received) =>
        _ledger.SettleMaker(paidFrom, paid, receivedIn, received);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SettleTaker(in TakerSettlement settlement) => _ledger.SettleTaker(in settlement);

    public void ReleaseMemory() => _ledger.ReleaseMemory();

    public void AddTo(ref StateHash hash) => _ledger.AddTo(ref hash);

    public string? FindImbalance() => _ledger.FindImbalance();

    public void Save(SnapshotWriter writer) => _ledger.Save(writer);

    public void Load(SnapshotReader reader) => _ledger.Load(reader);
}
