namespace Exchange.Host.Api.OpenApi;

/// <summary>What the document says of a parameter, the same wherever its name occurs.</summary>
/// <param name="Type">A JSON schema type.</param>
/// <param name="Format">The schema's format; null for none.</param>
/// <param name="Values">All values that it may have; null where they are not listed.</param>
internal sealed record ParameterDoc(string Type, string? Format, string Description, string[]? Values = null);

/// <summary>Every parameter name of <see cref="EndpointTable"/>. A name without an entry is a bug that a test finds.</summary>
internal static class ParameterCatalogue
{
    private const string Decimal = "decimal";
    private const string Int64 = "int64";

    private static readonly Dictionary<string, ParameterDoc> Entries = new()
    {
        ["symbol"] = Text("A symbol, in upper case."),
        ["symbols"] = Text("Up to 100 symbols as a JSON array of strings, for example [\"BTCUSDT\",\"ETHUSDT\"]. Not together with symbol."),
        ["symbolStatus"] = Choice("Only symbols with this status; one symbol with another one is refused.", "TRADING", "HALT", "BREAK"),
        ["permissions"] = Text("One permission, or a JSON array of them: symbols that have any of these."),
        ["showPermissionSets"] = Flag("Whether permissionSets is filled; default true."),
        ["limit"] = Integer("How many items at most; more than the greatest limit counts as the greatest limit."),
        ["fromId"] = Integer("The first id to answer with."),
        ["startTime"] = Integer("Milliseconds (or microseconds) since 1970-01-01 UTC, inclusive."),
        ["endTime"] = Integer("Milliseconds (or microseconds) since 1970-01-01 UTC, inclusive."),
        ["interval"] = Choice(
            "Length of a candle.", "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"),
        ["timeZone"] = Text("Offset from UTC where days begin, -12:00 to +14:00, for example 8 or -1:00; default 0."),
        ["windowSize"] = Text("1m to 59m, 1h to 23h, 1d to 7d; default 1d."),

        ["side"] = Choice("Buy or sell.", "BUY", "SELL"),
        ["type"] = Choice("Type of the order.", "LIMIT", "LIMIT_MAKER", "MARKET"),
        ["timeInForce"] = Choice("LIMIT only: until cancelled, immediate or cancel, fill or kill.", "GTC", "IOC", "FOK"),
        ["quantity"] = Number("Quantity in the base asset."),
        ["quoteOrderQty"] = Number("MARKET only, in place of quantity: the amount of the quote asset to spend or to receive."),
        ["price"] = Number("Limit price; not for MARKET."),
        ["newClientOrderId"] = Text(
            "Your id of the order, unique among your open orders, 1 to 36 of A-Z a-z 0-9 . : / _ -; made up when it is missing. "
            + "In a cancel: your id of the cancel. In an amendment: only the id that the order has."),
        ["newOrderRespType"] = Choice("How much the answer tells; default FULL for LIMIT and MARKET, ACK for others.", "ACK", "RESULT", "FULL"),
        ["selfTradePreventionMode"] = Choice("What happens when your own orders meet.", "NONE"),
        ["strategyId"] = Unsupported(Int64),
        ["strategyType"] = Unsupported(Int64),
        ["stopPrice"] = Unsupported(Decimal),
        ["trailingDelta"] = Unsupported(Int64),
        ["icebergQty"] = Unsupported(Decimal),
        ["pegPriceType"] = Unsupported(null),
        ["pegOffsetValue"] = Unsupported(Int64),
        ["pegOffsetType"] = Unsupported(null),
        ["computeCommissionRates"] = Flag("Whether the answer tells the rates; default false."),
        ["orderId"] = Integer("The exchange's id of the order. In a list of orders: the first id to answer with."),
        ["origClientOrderId"] = Text("Your id of the order."),
        ["cancelRestrictions"] = Choice("Cancel only in this status.", "ONLY_NEW", "ONLY_PARTIALLY_FILLED"),
        ["newQty"] = Number("The new quantity, executed lots included: more than 0, less than the order has."),
        ["omitZeroBalances"] = Flag("Leaves out assets of which there is nothing; default false."),

        ["recvWindow"] = new("number", null, "Milliseconds after timestamp in which the request may have an effect; default 5000, at most 60000."),
        ["timestamp"] = Integer("When the request was made: milliseconds or microseconds since 1970-01-01 UTC. This page fills it in."),
        ["signature"] = Text("HMAC-SHA256 of query and body as they are sent, without this pair, hexadecimal. This page fills it in."),
    };

    /// <summary>Names whose meaning depends on the endpoint: path and name.</summary>
    private static readonly Dictionary<(string Path, string Name), ParameterDoc> Exceptions = new()
    {
        [("/api/v3/ticker/24hr", "type")] = TickerType,
        [("/api/v3/ticker/tradingDay", "type")] = TickerType,
        [("/api/v3/ticker", "type")] = TickerType,
    };

    private static ParameterDoc TickerType => Choice("How much the answer tells; default FULL.", "FULL", "MINI");

    /// <exception cref="KeyNotFoundException">Nothing is known of the name: a bug.</exception>
    public static ParameterDoc Of(string path, string name) =>
        Exceptions.GetValueOrDefault((path, name)) ?? Entries[name];

    private static ParameterDoc Text(string description) => new("string", null, description);

    private static ParameterDoc Number(string description) => new("string", Decimal, description);

    private static ParameterDoc Integer(string description) => new("integer", Int64, description);

    private static ParameterDoc Flag(string description) => new("boolean", null, description);

    private static ParameterDoc Choice(string description, params string[] values) => new("string", null, description, values);

    private static ParameterDoc Unsupported(string? format) => new(
        format == Int64 ? "integer" : "string", format, "Understood and refused: the exchange does not have this yet.");
}
