using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Reference;

/// <summary>
/// The oracle: a plain exchange that is right because it is simple. It executes each command at once, whole, in sorted maps and
/// 128-bit numbers, and returns what happened. Bounded work does not exist here; the limit of levels that one order may sweep does.
/// One thread; times never decrease.
/// </summary>
public sealed partial class ReferenceExchange(GenesisCommand genesis) : IScenarioExchange
{
    private readonly List<Asset> _assets = [];
    private readonly List<Symbol> _symbols = [];
    private readonly List<ReferenceBook> _books = [];
    private readonly SortedDictionary<long, ReferenceOrder> _openOrders = [];
    private readonly HashSet<string> _apiKeys = new(StringComparer.Ordinal);
    private readonly HashSet<int> _cancelOnlyAccounts = [];
    private readonly HashSet<int> _closedAccounts = [];
    private readonly HashSet<int> _cancelOnlySymbols = [];
    private readonly ReferenceLedger _ledger = new();
    private readonly ReferenceRisk _risk = new();
    private long _lastOrderId;

    /// <summary>Accounts 1 to this number exist.</summary>
    public int AccountCount { get; private set; }

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<Asset> Assets => _assets;

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<Symbol> Symbols => _symbols;

    public int OpenOrderCount => _openOrders.Count;

    public IReadOnlyList<ExchangeEvent> AddSymbol(SymbolSpec spec, long timeUs)
    {
        if (spec.Validate() is not null)
        {
            return Reject(RejectReason.InvalidSymbol);
        }

        if (_symbols.Exists(symbol => symbol.Name == spec.Name))
        {
            return Reject(RejectReason.DuplicateSymbol);
        }

        var baseAsset = _assets.Find(asset => asset.Name == spec.BaseAsset);
        var quoteAsset = _assets.Find(asset => asset.Name == spec.QuoteAsset);
        if ((baseAsset is not null && baseAsset.Scale != spec.BaseScale) || (quoteAsset is not null && quoteAsset.Scale != spec.QuoteScale))
        {
            return Reject(RejectReason.AssetScaleMismatch);
        }

        List<ExchangeEvent> events = [];
        baseAsset ??= AddAsset(spec.BaseAsset, spec.BaseScale, isBase: true, events);
        quoteAsset ??= AddAsset(spec.QuoteAsset, spec.QuoteScale, isBase: false, events);
        var symbol = new Symbol(_symbols.Count, spec, baseAsset, quoteAsset);
        _symbols.Add(symbol);
        _books.Add(new ReferenceBook());
        events.Add(new SymbolCreated(symbol.Id, baseAsset.Id, quoteAsset.Id));
        return events;
    }

    public IReadOnlyList<ExchangeEvent> OpenAccount(OpenAccountCommand command, long timeUs)
    {
        if (!command.ApiKey.All(character => char.IsAsciiLetterOrDigit((char)character)))
        {
            return Reject(RejectReason.InvalidApiKey);
        }

        var apiKey = System.Text.Encoding.ASCII.GetString(command.ApiKey);
        if (_apiKeys.Contains(apiKey))
        {
            return Reject(RejectReason.DuplicateApiKey);
        }

        Dictionary<int, Int128> added = [];
        foreach (var deposit in command.Deposits)
        {
            if (CheckDeposit(deposit, added.GetValueOrDefault(deposit.AssetId)) is var reason and not RejectReason.None)
            {
                return Reject(reason);
            }

            added[deposit.AssetId] = added.GetValueOrDefault(deposit.AssetId) + deposit.Amount;
        }

        var accountId = ++AccountCount;
        if (apiKey.Length > 0)
        {
            _apiKeys.Add(apiKey);
        }

        _risk.OpenAccount(accountId, command.OrderLimitPer10Seconds, command.OrderLimitPerDay);
        foreach (var (assetId, amount) in added)
        {
            _ledger.Adjust(accountId, assetId, amount);
        }

        return [new Opened(accountId), .. command.Deposits.Select(deposit => new Adjusted(accountId, deposit.AssetId, deposit.Amount))];
    }

    public IReadOnlyList<ExchangeEvent> AdjustBalance(AdjustBalanceCommand command, long timeUs)
    {
        if (!IsAccount(command.AccountId))
        {
            return Reject(RejectReason.UnknownAccount);
        }

        if (command.AssetId < 0 || command.AssetId >= _assets.Count)
        {
            return Reject(RejectReason.UnknownAsset);
        }

        if (command.Change == 0)
        {
            return Reject(RejectReason.InvalidAmount);
        }

        if (command.Change > 0 && _ledger.Deposited(command.AssetId) + command.Change > ReferenceLedger.DepositLimit)
        {
            return Reject(RejectReason.BalanceOverflow);
        }

        if (command.Change < 0 && _ledger.Free(command.AccountId, command.AssetId) + command.Change < 0)
        {
            return Reject(RejectReason.InsufficientBalance);
        }

        _ledger.Adjust(command.AccountId, command.AssetId, command.Change);
        return [new Adjusted(command.AccountId, command.AssetId, command.Change)];
    }

    public IReadOnlyList<ExchangeEvent> SetQuarantine(QuarantineCommand command, bool cancelOnly, long timeUs)
    {
        if (!IsSymbol(command.SymbolId))
        {
            return Reject(RejectReason.UnknownSymbol);
        }

        if (!IsAccount(command.AccountId))
        {
            return Reject(RejectReason.UnknownAccount);
        }

        if (cancelOnly)
        {
            if (!_cancelOnlyAccounts.Add(command.AccountId))
            {
                _closedAccounts.Add(command.AccountId);
            }

            _cancelOnlySymbols.Add(command.SymbolId);
        }
        else
        {
            _cancelOnlyAccounts.Remove(command.AccountId);
            _closedAccounts.Remove(command.AccountId);
            _cancelOnlySymbols.Remove(command.SymbolId);
        }

        return [new QuarantineSet(command.AccountId, command.SymbolId, cancelOnly)];
    }

    public IReadOnlyList<ExchangeEvent> Execute(in CommandSlot command, long timeUs)
    {
        if (!IsSymbol(command.SymbolId))
        {
            return Reject(RejectReason.UnknownSymbol);
        }

        if (!IsAccount(command.AccountId))
        {
            return Reject(RejectReason.UnknownAccount);
        }

        if (command.Type != CommandType.PlaceOrder && _closedAccounts.Contains(command.AccountId))
        {
            return Reject(RejectReason.AccountClosed);
        }

        return command.Type switch
        {
            CommandType.PlaceOrder => Place(command, timeUs),
            CommandType.CancelOrder => Cancel(command),
            CommandType.CancelAllOrders => CancelAll(command),
            CommandType.ReduceOrder => Reduce(command),
            CommandType.MoveOrder => Move(command, timeUs),
            _ => throw new ArgumentException($"{command.Type} is not a trading command of a client", nameof(command)),
        };
    }

    /// <summary>
    /// Passes over update ids of a symbol. An engine that splits a command into several records gives each an update id;
    /// the comparison calls this with the ids before the last, ahead of executing the same command here.
    /// </summary>
    public void SkipUpdateIds(int symbolId, int count) => _books[symbolId].UpdateId += count;

    public IReadOnlyList<RestingOrder> OpenOrders(int symbolId, Side side) =>
        [.. _books[symbolId].Orders(side).Select(order =>
            new RestingOrder(order.Id, order.AccountId, order.ClientOrderId, order.Price, order.Leaves))];

    public IReadOnlyList<LevelTotal> Levels(int symbolId, Side side) =>
        [.. _books[symbolId].Levels(side).Select(level => new LevelTotal(level.Price, level.Queue.Sum(order => order.Leaves)))];

    public Funds Balance(int accountId, int assetId) =>
        new((long)_ledger.Free(accountId, assetId), (long)_ledger.Held(accountId, assetId));

    public long FeesCollected(int assetId) => (long)_ledger.FeesCollected(assetId);

    /// <summary>Returns the price that market orders of the symbol are measured by, in ticks, or null before the first trade.</summary>
    public long? ReferencePrice(int symbolId, long timeUs) => _risk.ReferencePrice(_symbols[symbolId], timeUs);

    private static List<ExchangeEvent> Reject(RejectReason reason) => [new Rejected(reason)];

    private Asset AddAsset(string name, int scale, bool isBase, List<ExchangeEvent> events)
    {
        var asset = new Asset(_assets.Count, name, scale);
        _assets.Add(asset);
        events.Add(new AssetCreated(asset.Id, isBase));
        return asset;
    }

    private RejectReason CheckDeposit(AssetAmount deposit, Int128 addedBefore)
    {
        if (deposit.AssetId < 0 || deposit.AssetId >= _assets.Count)
        {
            return RejectReason.UnknownAsset;
        }

        if (deposit.Amount <= 0)
        {
            return RejectReason.InvalidAmount;
        }

        return _ledger.Deposited(deposit.AssetId) + addedBefore + deposit.Amount > ReferenceLedger.DepositLimit
            ? RejectReason.BalanceOverflow
            : RejectReason.None;
    }

    private bool IsAccount(int accountId) => accountId >= 1 && accountId <= AccountCount;

    private bool IsSymbol(int symbolId) => symbolId >= 0 && symbolId < _symbols.Count;
}
