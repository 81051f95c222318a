using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Scenarios;

/// <summary>The names of a scenario (symbols, assets, accounts, orders) and its decimal numbers in the units of the core.</summary>
public sealed class ScenarioMarket
{
    private readonly Dictionary<string, Symbol> _symbols = [];
    private readonly Dictionary<string, Asset> _assets = [];
    private readonly Dictionary<string, int> _accounts = [];
    private readonly Dictionary<long, string> _orderNames = [];
    private readonly Dictionary<(int AccountId, string ClientOrderId), long> _orderIds = [];

    public IEnumerable<Asset> Assets => _assets.Values.OrderBy(asset => asset.Id);

    public Symbol FirstSymbol(ScenarioStep step) =>
        _symbols.Values.MinBy(symbol => symbol.Id) ?? throw step.Error("no symbol has been added yet");

    public void AddSymbol(SymbolSpec spec, SymbolCreated created)
    {
        _assets.TryAdd(spec.BaseAsset, new Asset(created.BaseAssetId, spec.BaseAsset, spec.BaseScale));
        _assets.TryAdd(spec.QuoteAsset, new Asset(created.QuoteAssetId, spec.QuoteAsset, spec.QuoteScale));
        _symbols.Add(spec.Name, new Symbol(created.SymbolId, spec, _assets[spec.BaseAsset], _assets[spec.QuoteAsset]));
    }

    public void AddAccount(string name, int accountId) => _accounts.Add(name, accountId);

    public void AddOrder(int accountId, string clientOrderId, long orderId)
    {
        if (clientOrderId.Length > 0)
        {
            _orderNames[orderId] = clientOrderId;
            _orderIds[(accountId, clientOrderId)] = orderId;
        }
    }

    public Symbol Symbol(string name, ScenarioStep step) =>
        _symbols.TryGetValue(name, out var symbol) ? symbol : throw step.Error($"there is no symbol '{name}'");

    public Asset Asset(string name, ScenarioStep step) =>
        _assets.TryGetValue(name, out var asset) ? asset : throw step.Error($"there is no asset '{name}'");

    public int Account(string name, ScenarioStep step) =>
        _accounts.TryGetValue(name, out var accountId) ? accountId : throw step.Error($"there is no account '{name}' (and no step of this name)");

    /// <summary>Returns the order's client id, or '#' and its id.</summary>
    public string OrderName(long orderId) => _orderNames.GetValueOrDefault(orderId) ?? "#" + orderId;

    /// <summary>Returns the id of the account's youngest order with this client id, or the number behind '#'.</summary>
    public long OrderId(int accountId, string word, ScenarioStep step)
    {
        if (word.StartsWith('#') && long.TryParse(word.AsSpan(1), out var orderId))
        {
            return orderId;
        }

        return _orderIds.TryGetValue((accountId, word), out orderId) ? orderId : throw step.Error($"the account never placed an order '{word}'");
    }

    /// <summary>Returns a fixed-point number (10^-8) as the symbol's definition has them.</summary>
    public static long FixedPointOf(decimal number) => (long)(number * FixedPoint.One);

    public static long Ticks(Symbol symbol, decimal price, ScenarioStep step) => Whole(price * FixedPoint.One / symbol.Spec.TickSize, "ticks", step);

    public static long Lots(Symbol symbol, decimal quantity, ScenarioStep step) => Whole(quantity * FixedPoint.One / symbol.Spec.LotSize, "lots", step);

    public static long Units(Asset asset, decimal amount, ScenarioStep step) => Whole(amount * FixedPoint.PowerOfTen(asset.Scale), "units of the asset", step);

    public static decimal Price(Symbol symbol, long ticks) => (decimal)ticks * symbol.Spec.TickSize / FixedPoint.One;

    public static decimal Quantity(Symbol symbol, long lots) => (decimal)lots * symbol.Spec.LotSize / FixedPoint.One;

    public static decimal Amount(Asset asset, long units) => (decimal)units / FixedPoint.PowerOfTen(asset.Scale);

    private static long Whole(decimal number, string unit, ScenarioStep step) =>
        number == decimal.Truncate(number) ? (long)number : throw step.Error($"a number is not a whole number of {unit}");
}
