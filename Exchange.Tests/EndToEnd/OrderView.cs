using System.Globalization;
using System.Text.Json;

namespace Exchange.Tests.EndToEnd;

/// <summary>An order as an answer of the API shows it; equal when every field is.</summary>
internal sealed record OrderView(
    long OrderId, string ClientOrderId, string Symbol, string Side, string Type, string TimeInForce,
    decimal Price, decimal Quantity, decimal Executed, decimal Quote, string Status)
{
    public bool IsOpen => Status is "NEW" or "PARTIALLY_FILLED";

    public decimal Leaves => Quantity - Executed;

    /// <summary>Amount of the paid asset that the order must hold while it is open.</summary>
    public decimal Hold => !IsOpen ? 0 : Side == "BUY" ? Price * Leaves : Leaves;

    /// <summary>Reads a placed (RESULT, FULL), queried or cancelled order.</summary>
    public static OrderView From(JsonElement json) => new(
        json.GetProperty("orderId").GetInt64(),
        Text(json, json.TryGetProperty("origClientOrderId", out _) ? "origClientOrderId" : "clientOrderId"),
        Text(json, "symbol"),
        Text(json, "side"),
        Text(json, "type"),
        Text(json, "timeInForce"),
        Decimal(json, "price"),
        Decimal(json, "origQty"),
        Decimal(json, "executedQty"),
        Decimal(json, "cummulativeQuoteQty"),
        Text(json, "status"));

    public static decimal Decimal(JsonElement json, string name) => decimal.Parse(Text(json, name), CultureInfo.InvariantCulture);

    /// <summary>Returns what is wrong with <paramref name="later"/> if it is to be this order at a later time, or null.</summary>
    public string? ContradictedBy(OrderView later)
    {
        if (later with { Executed = Executed, Quote = Quote, Status = Status } != this)
        {
            return "is another order now";
        }

        if (!IsOpen)
        {
            return later == this ? null : "was closed and has changed";
        }

        return later.Executed < Executed || later.Quote < Quote || (later.Status == "NEW" && Status != "NEW") ? "has gone back" : null;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
