using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>
/// Everything that an operator can ask for, one row each: HTTP (<c>POST /admin/v1/create-market</c>, <c>GET /admin/v1/show-accounts</c>), command
/// line (<c>admin create market</c>) and help are read off this table.
/// </summary>
internal static class AdminVerbs
{
    private static readonly AdminField Account = new("account", AdminFieldKind.Integer, "number of the account");
    private static readonly AdminField Asset = new("asset", AdminFieldKind.Text, "name of the asset, for example USDT");
    private static readonly AdminField Amount = new("amount", AdminFieldKind.Decimal, "how much, for example 1000.50");
    private static readonly AdminField Symbol = new("symbol", AdminFieldKind.Text, "name of the market, for example BTCUSDT");
    private static readonly AdminField SymbolOrAll = new("symbol", AdminFieldKind.Text, "name of the market, or * for the whole venue");
    private static readonly AdminField Key = new("apiKey", AdminFieldKind.Text, "value of the API key");
    private static readonly AdminField Name = new("name", AdminFieldKind.Text, "name of the operator");
    private static readonly AdminField Limit = new("limit", AdminFieldKind.Integer, "most entries, 1 to 1000", "100");

    public static IReadOnlyList<AdminVerb> All { get; } =
    [
        new("create asset", "creates an asset", [
            new("name", AdminFieldKind.Text, "1 to 20 characters of A-Z, 0-9, '-', '_', '.'"),
            new("scale", AdminFieldKind.Integer, "decimals of its unit, 0 to 8", "8")], AdminChanges.CreateAsset),
        new("create market", "creates a market, and its assets where they are new", MarketFields, AdminChanges.CreateMarket),
        new("create account", "opens an account", [
            new("per10Seconds", AdminFieldKind.Integer, "orders per ten seconds, 0 for no limit", "100"),
            new("perDay", AdminFieldKind.Integer, "orders per day (UTC), 0 for no limit", "200000")], AdminChanges.CreateAccount),
        new("create key", "makes an API key of an account; its secret is shown this once", [
            Account,
            new("read", AdminFieldKind.Flag, "it may read the account", "true"),
            new("trade", AdminFieldKind.Flag, "it may place and cancel orders", "true")], AdminChanges.CreateKey),
        new("deposit", "adds free funds to an account", [Account, Asset, Amount], request => AdminChanges.Adjust(request, sign: 1)),
        new("withdraw", "takes free funds from an account, never what orders hold", [Account, Asset, Amount], request => AdminChanges.Adjust(request, sign: -1)),
        new("halt", "stops trading on a market; cancels are still taken", [SymbolOrAll], request => AdminChanges.Halt(request, isHalted: true)),
        new("resume", "starts trading on a market again", [SymbolOrAll], request => AdminChanges.Halt(request, isHalted: false)),
        new("cancel orders", "cancels all open orders of an account, a market, or both", [
            new("account", AdminFieldKind.Integer, "number of the account; left out for every account", ""),
            SymbolOrAll,
            new("block", AdminFieldKind.Flag, "kill switch: also disables the account, or halts the market where no account is named", "false")],
            AdminChanges.CancelOrders),
        new("disable account", "lets an account only cancel", [Account], request => AdminChanges.SetAccount(request, isEnabled: false)),
        new("enable account", "lets an account place orders again", [Account], request => AdminChanges.SetAccount(request, isEnabled: true)),
        new("set limits", "gives an account other order limits", [
            Account,
            new("per10Seconds", AdminFieldKind.Integer, "orders per ten seconds, 0 for no limit"),
            new("perDay", AdminFieldKind.Integer, "orders per day (UTC), 0 for no limit")], AdminChanges.SetLimits),
        new("disable key", "ends an API key", [Key], request => AdminChanges.SetKey(request, isEnabled: false)),
        new("enable key", "lets an API key work again", [Key], request => AdminChanges.SetKey(request, isEnabled: true)),
        new("release quarantine", "lifts the quarantine of an account and a market", [Account, Symbol], AdminChanges.ReleaseQuarantine),
        new("create operator", "makes an operator; the token is shown this once", [
            new("name", AdminFieldKind.Text, "1 to 32 characters of a-z, 0-9, '-', '_', '.'"),
            new("role", AdminFieldKind.Text, "administrator, operator (all but operators) or auditor (reads only)")], AdminChanges.CreateOperator),
        new("disable operator", "ends an operator's access", [Name], request => AdminChanges.SetOperator(request, isEnabled: false)),
        new("enable operator", "gives an operator access again", [Name], request => AdminChanges.SetOperator(request, isEnabled: true)),
        new("replace token", "gives an operator a new token, shown this once; the old one ends", [Name], AdminChanges.ReplaceToken),

        new("show status", "phase, mode, positions, counts", [], AdminReads.Status) { IsChange = false },
        new("show assets", "every asset", [], AdminReads.Assets) { IsChange = false },
        new("show markets", "every market with its state", [], AdminReads.Markets) { IsChange = false },
        new("show accounts", "accounts with their balances", [
            Limit,
            new("after", AdminFieldKind.Integer, "only accounts with a higher number", "0")], AdminReads.Accounts) { IsChange = false },
        new("show account", "one account: balances, limits, keys, open orders", [Account], AdminReads.Account) { IsChange = false },
        new("show operators", "every operator", [], AdminReads.Operators) { IsChange = false },
        new("show audit", "what operators have done, newest first", [
            Limit,
            new("before", AdminFieldKind.Text, "only commands below this sequence", "9223372036854775807")], AdminReads.Audit) { IsChange = false },
    ];

    private static AdminField[] MarketFields =>
    [
        new("name", AdminFieldKind.Text, "name of the market, for example BTCUSDT"),
        new("baseAsset", AdminFieldKind.Text, "what is traded"),
        new("quoteAsset", AdminFieldKind.Text, "what it is paid with"),
        new("baseScale", AdminFieldKind.Integer, "decimals of the base asset, 0 to 8", "8"),
        new("quoteScale", AdminFieldKind.Integer, "decimals of the quote asset, 0 to 8", "8"),
        new("tickSize", AdminFieldKind.Decimal, "smallest price step"),
        new("minPrice", AdminFieldKind.Decimal, "least price; one tick unless given", ""),
        new("maxPrice", AdminFieldKind.Decimal, "greatest price"),
        new("lotSize", AdminFieldKind.Decimal, "smallest quantity step"),
        new("minQuantity", AdminFieldKind.Decimal, "least quantity; one lot unless given", ""),
        new("maxQuantity", AdminFieldKind.Decimal, "greatest quantity"),
        new("minNotional", AdminFieldKind.Decimal, "least price x quantity, 0 for none", "0"),
        new("maxNotional", AdminFieldKind.Decimal, "greatest price x quantity, 0 for none", "0"),
        new("applyMinToMarket", AdminFieldKind.Flag, "minNotional binds market orders too", "true"),
        new("applyMaxToMarket", AdminFieldKind.Flag, "maxNotional binds market orders too", "false"),
        new("minNotionalFilter", AdminFieldKind.Decimal, "least price x quantity by the filter MIN_NOTIONAL, 0 for no such filter", "0"),
        new("applyMinNotionalFilterToMarket", AdminFieldKind.Flag, "that filter binds market orders too", "true"),
        new("marketMinQuantity", AdminFieldKind.Decimal, "least quantity of a market order, 0 for none", "0"),
        new("marketMaxQuantity", AdminFieldKind.Decimal, "greatest quantity of a market order, 0 for no MARKET_LOT_SIZE", "0"),
        new("marketLotSize", AdminFieldKind.Decimal, "quantity step of a market order, 0 for none", "0"),
        new("bidMultiplierUp", AdminFieldKind.Decimal, "PERCENT_PRICE_BY_SIDE: most that a buy may cost, times the reference price; all four 0 for no such filter", "0"),
        new("bidMultiplierDown", AdminFieldKind.Decimal, "least that a buy must offer", "0"),
        new("askMultiplierUp", AdminFieldKind.Decimal, "most that a sell may ask", "0"),
        new("askMultiplierDown", AdminFieldKind.Decimal, "least that a sell must ask", "0"),
        new("avgPriceMins", AdminFieldKind.Integer, "minutes of trading behind the reference price, 0 for the last price", "5"),
        new("maxNumOrders", AdminFieldKind.Integer, "open orders of one account", "200"),
        new("makerFeePpm", AdminFieldKind.Integer, "fee of the resting party, parts per million", "1000"),
        new("takerFeePpm", AdminFieldKind.Integer, "fee of the incoming party, parts per million", "1000"),
    ];

    /// <summary>Returns the verb of a path's last part, or null.</summary>
    public static AdminVerb? Find(string pathName) => All.FirstOrDefault(verb => verb.PathName == pathName);
}
