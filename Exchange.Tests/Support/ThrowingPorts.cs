using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>Which call of the engine to its ports throws: the n-th one within one command. One thread at a time.</summary>
internal sealed class FaultPlan
{
    private int _callsLeft = int.MaxValue;

    /// <summary>Whose funds are at a place that has been told.</summary>
    public Dictionary<FundsPlace, int> AccountOf { get; } = [];

    /// <summary>Calls since the last <see cref="Arm"/>.</summary>
    public int Calls { get; private set; }

    /// <summary>Returns whether a new order shall break the engine at its first change, whatever the count says; null: none does.</summary>
    public Func<int, bool>? BreaksHoldOf { get; set; }

    /// <summary>Returns whether giving held funds back shall break the engine, whatever the count says; null: it never does.</summary>
    public Func<int, bool>? BreaksReleaseOf { get; set; }

    /// <summary>Lets this many more trades be settled and breaks every one behind them; null: none breaks.</summary>
    public int? BreaksSettlementAfter { get; set; }

    /// <summary>Lets the <paramref name="call"/>-th call from here on throw; 0 lets none throw.</summary>
    public void Arm(int call)
    {
        Calls = 0;
        _callsLeft = call == 0 ? int.MaxValue : call;
    }

    public void Count()
    {
        Calls++;
        if (--_callsLeft == 0)
        {
            throw new SyntheticFaultException();
        }
    }

    public void CountSettlement()
    {
        Count();
        if (BreaksSettlementAfter is { } left)
        {
            if (left == 0)
            {
                throw new SyntheticFaultException();
            }

            BreaksSettlementAfter = left - 1;
        }
    }

    public void CountRelease(int accountId)
    {
        Count();
        if (BreaksReleaseOf?.Invoke(accountId) == true)
        {
            throw new SyntheticFaultException();
        }
    }

    public void CountHold(int accountId)
    {
        Count();
        if (BreaksHoldOf?.Invoke(accountId) == true)
        {
            throw new SyntheticFaultException();
        }
    }
}

internal sealed class SyntheticFaultException() : Exception("synthetic fault");

/// <summary>The given risk port, with the plan's faults in front of every call.</summary>
internal readonly struct ThrowingRisk<T>(T inner, FaultPlan plan) : IRisk
    where T : struct, IRisk
{
    public void AddSymbol(Symbol symbol)
    {
        plan.Count();
        inner.AddSymbol(symbol);
    }

    public void OpenAccount(int accountId, int orderLimitPer10Seconds, int orderLimitPerDay)
    {
        plan.Count();
        inner.OpenAccount(accountId, orderLimitPer10Seconds, orderLimitPerDay);
    }

    public void SetOrderLimits(int accountId, int per10Seconds, int perDay)
    {
        plan.Count();
        inner.SetOrderLimits(accountId, per10Seconds, perDay);
    }

    public RejectReason CheckNewOrder(in CommandSlot order, Symbol symbol, ref AllowedPrices prices, int openOrders, long timeUs)
    {
        plan.Count();
        return inner.CheckNewOrder(in order, symbol, ref prices, openOrders, timeUs);
    }

    public bool AllowsUsual(in CommandSlot order, in SymbolNumbers symbol, in AllowedPrices prices, long notional, int openOrders, long timeUs)
    {
        plan.Count();
        return inner.AllowsUsual(in order, in symbol, in prices, notional, openOrders, timeUs);
    }

    public RejectReason CheckMove(Symbol symbol, ref AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs)
    {
        plan.Count();
        return inner.CheckMove(symbol, ref prices, side, newPrice, leaves, timeUs);
    }

    public bool AllowsUsualMove(in SymbolNumbers symbol, in AllowedPrices prices, Side side, long newPrice, long leaves, long timeUs)
    {
        plan.Count();
        return inner.AllowsUsualMove(in symbol, in prices, side, newPrice, leaves, timeUs);
    }

    public void OnOrderAccepted(int accountId, long timeUs)
    {
        plan.Count();
        inner.OnOrderAccepted(accountId, timeUs);
    }

    public void OnUsualAccepted(int accountId)
    {
        plan.Count();
        inner.OnUsualAccepted(accountId);
    }

    public void OnFirstFill(int accountId, bool isMaker, long timeUs)
    {
        plan.Count();
        inner.OnFirstFill(accountId, isMaker, timeUs);
    }

    public void OnTrades(Symbol symbol, ref AllowedPrices prices, long firstPrice, long lastPrice, long turnover, long quantity, long timeUs)
    {
        plan.Count();
        inner.OnTrades(symbol, ref prices, firstPrice, lastPrice, turnover, quantity, timeUs);
    }

    public void Prefetch(int accountId) => inner.Prefetch(accountId);

    public void AddTo(ref StateHash hash) => inner.AddTo(ref hash);

    public void Save(SnapshotWriter writer) => inner.Save(writer);

    public void Load(SnapshotReader reader) => inner.Load(reader);
}

/// <summary>The given ledger port, with the plan's faults in front of every call that a command makes.</summary>
internal readonly struct ThrowingLedger<T>(T inner, FaultPlan plan) : ILedger
    where T : struct, ILedger
{
    public int AccountCount => inner.AccountCount;

    public void AddAsset(Asset asset)
    {
        plan.Count();
        inner.AddAsset(asset);
    }

    public RejectReason CheckOpenAccount(OpenAccountCommand command)
    {
        plan.Count();
        return inner.CheckOpenAccount(command);
    }

    public int OpenAccount(OpenAccountCommand command)
    {
        plan.Count();
        return inner.OpenAccount(command);
    }

    public RejectReason CheckAddApiKey(AddApiKeyCommand command)
    {
        plan.Count();
        return inner.CheckAddApiKey(command);
    }

    public int AddApiKey(AddApiKeyCommand command)
    {
        plan.Count();
        return inner.AddApiKey(command);
    }

    public RejectReason CheckSetApiKey(SetApiKeyCommand command)
    {
        plan.Count();
        return inner.CheckSetApiKey(command);
    }

    public int SetApiKey(SetApiKeyCommand command)
    {
        plan.Count();
        return inner.SetApiKey(command);
    }

    public RejectReason CheckAdjustBalance(in AdjustBalanceCommand command)
    {
        plan.Count();
        return inner.CheckAdjustBalance(in command);
    }

    public void AdjustBalance(in AdjustBalanceCommand command)
    {
        plan.Count();
        inner.AdjustBalance(in command);
    }

    public long Free(int accountId, int assetId) => inner.Free(accountId, assetId);

    public long Held(int accountId, int assetId) => inner.Held(accountId, assetId);

    public FundsPlace PlaceOf(int accountId, int assetId)
    {
        var place = inner.PlaceOf(accountId, assetId);
        plan.AccountOf[place] = accountId;
        return place;
    }

    public bool TryHold(FundsPlace funds, long amount)
    {
        plan.CountHold(plan.AccountOf[funds]);
        return inner.TryHold(funds, amount);
    }

    public bool TryChangeHold(FundsPlace funds, long change)
    {
        if (change > 0)
        {
            plan.CountHold(plan.AccountOf[funds]);
        }
        else if (change < 0)
        {
            plan.CountRelease(plan.AccountOf[funds]);
        }

        return inner.TryChangeHold(funds, change);
    }

    public void Release(FundsPlace funds, long amount)
    {
        plan.CountRelease(plan.AccountOf[funds]);
        inner.Release(funds, amount);
    }

    public long Fee(int accountId, in SymbolNumbers symbol, bool isMaker, long received)
    {
        plan.Count();
        return inner.Fee(accountId, in symbol, isMaker, received);
    }

    public void SettleMaker(FundsPlace paidFrom, long paid, FundsPlace receivedIn, long received)
    {
        plan.CountSettlement();
        inner.SettleMaker(paidFrom, paid, receivedIn, received);
    }

    public void SettleTaker(in TakerSettlement settlement)
    {
        plan.Count();
        inner.SettleTaker(in settlement);
    }

    public void Prefetch(int accountId, int assetId) => inner.Prefetch(accountId, assetId);

    public void AddTo(ref StateHash hash) => inner.AddTo(ref hash);

    public void Save(SnapshotWriter writer) => inner.Save(writer);

    public void Load(SnapshotReader reader) => inner.Load(reader);

    public string? FindImbalance() => inner.FindImbalance();
}
