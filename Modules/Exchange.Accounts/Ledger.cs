using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Accounts;

/// <summary>
/// The money: free and held funds of accounts, and beside them what each asset's came from and went to, so that <see cref="FindImbalance"/> can compare. What
/// moves between free and held funds of one account changes no sum: the engine compares it with what open orders need. Engine thread only; reached through
/// <see cref="LedgerPort"/>.
/// A method that moves funds checks everything before its first change and throws <see cref="InvariantBrokenException"/>
/// when the funds are not there. Nothing allocates, but opening accounts, adding assets and the first change in a chunk of funds.
/// </summary>
internal sealed unsafe partial class Ledger
{
    /// <summary>Most accounts of one exchange.</summary>
    public const int MaxAccounts = 1 << 24;

    /// <summary>Most units of one asset: with it no sum of balances leaves a long.</summary>
    public const long MaxSupply = 1L << 62;

    private FundsTable _funds;

    // That of the table, at hand.
    private readonly Funds* _start;
    private readonly ApiKeySet _apiKeys = new();
    private AssetTotals[] _totals = [];
    private StateHash _openings = new();

    private readonly int _maxAccounts;

    /// <param name="maxAccounts">Most accounts; smaller than <see cref="MaxAccounts"/> in tests only.</param>
    public Ledger(int maxAccounts = MaxAccounts)
    {
        _maxAccounts = maxAccounts;
        _funds = new FundsTable();
        _start = _funds.Start;
    }

    /// <summary>Accounts 1 to this number exist.</summary>
    public int AccountCount
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _funds.AccountCount;
    }

    /// <inheritdoc cref="IReservesMemory.ReleaseMemory"/>
    public void ReleaseMemory() => _funds.ReleaseMemory();

    public void AddAsset(Asset asset)
    {
        Invariant.That(asset.Id == _funds.AssetCount, "assets are added in the order of their ids");
        if (asset.Id == _totals.Length)
        {
            Array.Resize(ref _totals, Math.Max(16, _totals.Length * 2));
        }

        _funds.Open(AccountCount, asset.Id + 1);
    }

    /// <summary>
    /// Returns None, or the first of: TooManyAccounts, InvalidApiKey, DuplicateApiKey; then per deposit UnknownAsset, InvalidAmount,
    /// BalanceOverflow.
    /// </summary>
    public RejectReason CheckOpenAccount(OpenAccountCommand command)
    {
        if (AccountCount >= _maxAccounts)
        {
            return RejectReason.TooManyAccounts;
        }

        if (command.ApiKey.Length > 0 && CheckNewKey(command.ApiKey) is var keyReason and not RejectReason.None)
        {
            return keyReason;
        }

        for (var i = 0; i < command.Deposits.Count; i++)
        {
            var deposit = command.Deposits[i];
            if ((uint)deposit.AssetId >= (uint)_funds.AssetCount)
            {
                return RejectReason.UnknownAsset;
            }

            if (deposit.Amount <= 0)
            {
                return RejectReason.InvalidAmount;
            }

            Int128 added = deposit.Amount;
            for (var earlier = 0; earlier < i; earlier++)
            {
                added += command.Deposits[earlier].AssetId == deposit.AssetId ? command.Deposits[earlier].Amount : 0;
            }

            if (SupplyOf(deposit.AssetId) + added > MaxSupply)
            {
                return RejectReason.BalanceOverflow;
            }
        }

        return RejectReason.None;
    }

    public int OpenAccount(OpenAccountCommand command)
    {
        Invariant.That(CheckOpenAccount(command) == RejectReason.None, "an account is opened only after its check");
        if (command.ApiKey.Length > 0)
        {
            _apiKeys.Add(command.ApiKey);
        }

        var accountId = AccountCount + 1;
        _funds.Open(accountId, _funds.AssetCount);
        _openings.Add(command.ApiKey);
        _openings.Add(command.SecretCiphertext);
        foreach (var deposit in command.Deposits)
        {
            Adjust(accountId, deposit.AssetId, deposit.Amount);
        }

        return accountId;
    }

    /// <summary>Returns None, or the first of: UnknownAccount, InvalidApiKey, DuplicateApiKey, TooManyApiKeys.</summary>
    public RejectReason CheckAddApiKey(AddApiKeyCommand command) =>
        (uint)(command.AccountId - 1) >= (uint)AccountCount ? RejectReason.UnknownAccount : CheckNewKey(command.ApiKey);

    /// <summary>Returns the key's id.</summary>
    public int AddApiKey(AddApiKeyCommand command)
    {
        Invariant.That(CheckAddApiKey(command) == RejectReason.None, "a key is registered only after its check");
        _apiKeys.Add(command.ApiKey);
        _openings.Add(command.AccountId);
        _openings.Add((int)command.Permissions);
        _openings.Add(command.ApiKey);
        _openings.Add(command.SecretCiphertext);
        return _apiKeys.Count - 1;
    }

    /// <summary>Returns None, or the first of: UnknownApiKey, NoChange.</summary>
    public RejectReason CheckSetApiKey(SetApiKeyCommand command) =>
        !_apiKeys.TryFind(command.ApiKey, out var keyId) ? RejectReason.UnknownApiKey
        : _apiKeys.IsEnabled(keyId) == command.IsEnabled ? RejectReason.NoChange
        : RejectReason.None;

    /// <summary>Returns the key's id.</summary>
    public int SetApiKey(SetApiKeyCommand command)
    {
        Invariant.That(CheckSetApiKey(command) == RejectReason.None, "a key is changed only after its check");
        _apiKeys.TryFind(command.ApiKey, out var keyId);
        _apiKeys.Enable(keyId, command.IsEnabled);
        return keyId;
    }

    /// <summary>
    /// Returns None, or the first of: UnknownAccount, UnknownAsset, InvalidAmount (0), InsufficientBalance, BalanceOverflow.
    /// </summary>
    public RejectReason CheckAdjustBalance(in AdjustBalanceCommand command)
    {
        if ((uint)(command.AccountId - 1) >= (uint)AccountCount)
        {
            return RejectReason.UnknownAccount;
        }

        if ((uint)command.AssetId >= (uint)_funds.AssetCount)
        {
            return RejectReason.UnknownAsset;
        }

        if (command.Change == 0)
        {
            return RejectReason.InvalidAmount;
        }

        if (command.Change < 0)
        {
            // Why: the sum of a balance and a negative change cannot overflow, the negation of the change can.
            return _funds.Read(command.AccountId, command.AssetId).Free + command.Change < 0
                ? RejectReason.InsufficientBalance
                : RejectReason.None;
        }

        return SupplyOf(command.AssetId) + command.Change > MaxSupply ? RejectReason.BalanceOverflow : RejectReason.None;
    }

    public void AdjustBalance(in AdjustBalanceCommand command)
    {
        Invariant.That(CheckAdjustBalance(command) == RejectReason.None, "a balance is adjusted only after its check");
        Adjust(command.AccountId, command.AssetId, command.Change);
    }

    public long Free(int accountId, int assetId) => FundsOf(accountId, assetId).Free;

    public long Held(int accountId, int assetId) => FundsOf(accountId, assetId).Held;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int accountId, int assetId) => _funds.Prefetch(accountId, assetId);

    /// <inheritdoc cref="ILedger.PlaceOf"/>
    public FundsPlace PlaceOf(int accountId, int assetId) => _funds.PlaceOf(accountId, assetId);

    /// <summary>Moves from free to held; false, and nothing changed, when less is free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryHold(FundsPlace place, long amount)
    {
        var funds = _start + place.Index;
        Invariant.That(amount >= 0, "an amount that is held is not negative");
        if (amount > funds->Free)
        {
            return false;
        }

        Move(funds, amount);
        return true;
    }

    /// <summary>Moves from free to held, or, where the change is negative, back; false, and nothing changed, when less is free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryChangeHold(FundsPlace place, long change)
    {
        var funds = _start + place.Index;
        if (change > funds->Free)
        {
            return false;
        }

        Invariant.That(funds->Held + change >= 0, "what is released was held before");
        Move(funds, change);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(FundsPlace place, long amount)
    {
        var funds = _start + place.Index;
        Invariant.That(amount >= 0 && amount <= funds->Held, "what is released was held before");
        Move(funds, -amount);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(Funds* funds, long amount)
    {
        funds->Free -= amount;
        funds->Held += amount;
    }

    /// <summary>Returns the fee by the symbol's rates; every account pays the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Fee(in SymbolNumbers symbol, bool isMaker, long received)
    {
        return FeeRule.Of(received, isMaker ? symbol.MakerFeePpm : symbol.TakerFeePpm);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SettleMaker(FundsPlace paidFrom, long paid, FundsPlace receivedIn, long received)
    {
        var paidFunds = _start + paidFrom.Index;
        var held = paidFunds->Held - paid;
        if ((paid | received | held) < 0)
        {
            ThrowUnsettled(paid, paidFunds->Held);
        }

        paidFunds->Held = held;
        _start[receivedIn.Index].Free += received;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SettleTaker(in TakerSettlement settlement)
    {
        var (paid, received, makerFees, takerFees) = (settlement.Paid, settlement.Received, settlement.MakerFees, settlement.TakerFees);
        var (makersReceived, takerReceived) = (paid - makerFees, received - takerFees);
        var paidFunds = _start + settlement.PaidFrom.Index;
        var held = paidFunds->Held - paid;

        // Why one comparison: each of these may not be negative, and a sign shows in the union of all.
        if ((paid | received | makerFees | takerFees | makersReceived | takerReceived | held) < 0)
        {
            ThrowUnsettled(in settlement, paidFunds->Held);
        }

        paidFunds->Held = held;
        _start[settlement.ReceivedIn.Index].Free += takerReceived;
        TotalsAt(settlement.PaidAssetId).Fees += makerFees;
        TotalsAt(settlement.ReceivedAssetId).Fees += takerFees;
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowUnsettled(long paid, long held)
    {
        Invariant.That(paid >= 0 && paid <= held, "a maker's held funds cover the trade");
        Invariant.That(false, "the maker's fee is part of what it receives");
    }

    /// <summary>Names the first rule that a settlement breaks; nothing has changed yet.</summary>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowUnsettled(in TakerSettlement settlement, long held)
    {
        Invariant.That(settlement.Paid >= 0 && settlement.Paid <= held, "a taker's held funds cover its trades");
        Invariant.That(settlement.Received >= 0 && settlement.TakerFees >= 0, "what a taker receives and its fees are not negative");
        Invariant.That(settlement.MakerFees >= 0 && settlement.MakerFees <= settlement.Paid, "the makers' fees are part of what they receive");
        Invariant.That(false, "the taker's fees are part of what it receives");
    }

    /// <summary>Returns the fees collected in one asset, in its units.</summary>
    internal Int128 FeesCollected(int assetId) => _totals[assetId].Fees;

    /// <summary>
    /// Adds the openings and registrations (keys and ciphertexts in their order), which keys are enabled, each asset's totals, then every balance that is not zero.
    /// </summary>
    public void AddTo(ref StateHash hash)
    {
        hash.Add(AccountCount);
        hash.Add(_funds.AssetCount);
        hash.Add((long)_openings.Value);
        hash.Add(_apiKeys.Count);
        for (var keyId = 0; keyId < _apiKeys.Count; keyId++)
        {
            hash.Add(_apiKeys.IsEnabled(keyId) ? 1 : 0);
        }

        foreach (ref readonly var totals in _totals.AsSpan(0, _funds.AssetCount))
        {
            hash.Add((Int128)totals.Fees);
            hash.Add(totals.Deposits);
            hash.Add(totals.Withdrawals);
        }

        for (var accountId = 1; accountId <= AccountCount; accountId++)
        {
            for (var assetId = 0; assetId < _funds.AssetCount; assetId++)
            {
                var funds = _funds.Read(accountId, assetId);
                if (funds.Free != 0 || funds.Held != 0)
                {
                    hash.Add(accountId);
                    hash.Add(assetId);
                    hash.Add(funds.Free);
                    hash.Add(funds.Held);
                }
            }
        }
    }

    /// <summary>
    /// Returns the first broken rule in words, or null. Per asset: a negative balance; accounts whose free and held funds do not come to what was deposited,
    /// less withdrawals and fees.
    /// </summary>
    public string? FindImbalance()
    {
        for (var assetId = 0; assetId < _funds.AssetCount; assetId++)
        {
            Int128 sum = 0;
            for (var accountId = 1; accountId <= AccountCount; accountId++)
            {
                var funds = _funds.Read(accountId, assetId);
                if (funds.Free < 0 || funds.Held < 0)
                {
                    return $"asset {assetId}, account {accountId}: free {funds.Free}, held {funds.Held}; neither may be negative";
                }

                sum += funds.Free;
                sum += funds.Held;
            }

            var totals = _totals[assetId];
            if (totals.OfAccounts != sum)
            {
                return $"asset {assetId}: the accounts sum up to {sum}; the totals say {totals.OfAccounts}";
            }
        }

        return null;
    }

    /// <summary>Returns the asset's sums as they are kept.</summary>
    public AssetTotals TotalsOf(int assetId) => _totals[assetId];

    /// <summary>Returns the account's funds for change: a caller that changes them keeps the totals in step itself.</summary>
    /// <exception cref="InvariantBrokenException">No such account or asset.</exception>
    public ref Funds FundsAt(int accountId, int assetId) => ref _funds.At(accountId, assetId);

    /// <summary>Returns the account's funds as they stand.</summary>
    private Funds FundsOf(int accountId, int assetId)
    {
        Invariant.That((uint)(accountId - 1) < (uint)AccountCount && (uint)assetId < (uint)_funds.AssetCount, "funds belong to an account and an asset that exist");
        return _funds.Read(accountId, assetId);
    }

    // Safety: whose funds were found exists, and every asset has totals.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref AssetTotals TotalsAt(int assetId) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_totals), assetId);

    private void Adjust(int accountId, int assetId, long change)
    {
        _funds.At(accountId, assetId).Free += change;
        ref var totals = ref _totals[assetId];
        if (change > 0)
        {
            totals.Deposits += change;
        }
        else
        {
            totals.Withdrawals -= change;
        }
    }

    private RejectReason CheckNewKey(byte[] apiKey) =>
        apiKey.Length == 0 || !ApiKeySet.IsWellFormed(apiKey) ? RejectReason.InvalidApiKey
        : _apiKeys.Contains(apiKey) ? RejectReason.DuplicateApiKey
        : _apiKeys.Count >= ApiKeySet.MaxKeys ? RejectReason.TooManyApiKeys
        : RejectReason.None;

    private Int128 SupplyOf(int assetId) => _totals[assetId].Deposits - _totals[assetId].Withdrawals;
}
