using System.Globalization;
using System.Text;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Scenarios;

/// <summary>What happened and what stands, as the lines of a scenario say it.</summary>
public sealed class ScenarioText(ScenarioMarket market)
{
    /// <summary>Returns the event as one line, or null for one that scenarios do not state.</summary>
    public string? Line(ExchangeEvent change, Symbol symbol, Side side)
    {
        var paid = symbol.PaidAsset(side);
        return change switch
        {
            Rejected rejected => $"rejected {rejected.Reason}",
            Accepted accepted =>
                $"accepted #{accepted.OrderId}, holds {Amount(paid, accepted.Held)}{(accepted.RestsWhole ? ", rests" : "")}",
            Traded traded => Trade(traded, symbol),
            Rested rested => $"rests {Quantity(symbol, rested.Leaves)}{Released(paid, rested.Released)}",
            Filled filled => $"filled{Released(paid, filled.Released)}",
            Expired expired => $"expired {Quantity(symbol, expired.Leaves)} {expired.Reason}{Released(paid, expired.Released)}",
            Canceled canceled =>
                $"canceled {market.OrderName(canceled.OrderId)} {Quantity(symbol, canceled.Leaves)} at {Price(symbol, canceled.Price)}"
                + Released(symbol.PaidAsset(canceled.Side), canceled.Released),
            Reduced reduced =>
                $"reduced {market.OrderName(reduced.OrderId)} by {Quantity(symbol, reduced.ReducedBy)} at {Price(symbol, reduced.Price)}"
                + Released(symbol.PaidAsset(reduced.Side), reduced.Released),
            Moved moved =>
                $"moved {market.OrderName(moved.OrderId)} {Quantity(symbol, moved.Leaves)} from {Price(symbol, moved.OldPrice)} to {Price(symbol, moved.NewPrice)}"
                + HeldChange(symbol.PaidAsset(moved.Side), moved.HeldChange) + (moved.RestsWhole ? ", rests" : ""),
            Updated updated => $"update {updated.UpdateId}",
            _ => null,
        };
    }

    /// <summary>Returns both sides as a table, highest price first, the orders of a level oldest first; one line 'empty' when there is none.</summary>
    public List<string> Book(Symbol symbol, IReadOnlyList<RestingOrder> bids, IReadOnlyList<RestingOrder> asks)
    {
        if (bids.Count + asks.Count == 0)
        {
            return ["empty"];
        }

        var rows = asks.GroupBy(order => order.Price).OrderByDescending(level => level.Key)
            .Select(level => (Bids: "", Price: Price(symbol, level.Key), Asks: Queue(symbol, level)))
            .Concat(bids.GroupBy(order => order.Price).OrderByDescending(level => level.Key)
                .Select(level => (Bids: Queue(symbol, level), Price: Price(symbol, level.Key), Asks: "")))
            .Prepend((Bids: "bids", Price: "price", Asks: "asks"))
            .ToList();
        var bidWidth = rows.Max(row => row.Bids.Length);
        var priceWidth = rows.Max(row => row.Price.Length);
        return [.. rows.Select(row => $"{row.Bids.PadRight(bidWidth)} | {row.Price.PadLeft(priceWidth)} | {row.Asks}".TrimEnd())];
    }

    /// <summary>Returns one account's funds: what is free of each asset, what is held in brackets.</summary>
    public string Funds(Func<Asset, Funds> fundsOf)
    {
        var parts = market.Assets
            .Select(asset => (Asset: asset, Funds: fundsOf(asset)))
            .Where(entry => entry.Funds != default)
            .Select(entry => Amount(entry.Asset, entry.Funds.Free) + (entry.Funds.Held == 0 ? "" : $" ({Number(ScenarioMarket.Amount(entry.Asset, entry.Funds.Held))} held)"))
            .ToList();
        return parts.Count == 0 ? "nothing" : string.Join(", ", parts);
    }

    /// <summary>Returns the line with one space between words and no trailing zeros, so that lines compare by meaning.</summary>
    public static string Normalize(string line)
    {
        var normalized = new StringBuilder();
        foreach (var word in line.Replace("|", " | ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var end = word.Length;
            while (end > 0 && word[end - 1] is ',' or ')')
            {
                end--;
            }

            var start = word.StartsWith('(') ? 1 : 0;
            var core = start <= end ? word[start..end] : "";
            if (decimal.TryParse(core, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                core = Number(number);
            }

            normalized.Append(normalized.Length == 0 ? "" : " ").Append(word.AsSpan(0, start)).Append(core).Append(word.AsSpan(Math.Max(start, end)));
        }

        return normalized.ToString();
    }

    private static string Number(decimal number) => number.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string Price(Symbol symbol, long ticks) => Number(ScenarioMarket.Price(symbol, ticks));

    private static string Quantity(Symbol symbol, long lots) => Number(ScenarioMarket.Quantity(symbol, lots));

    private static string Amount(Asset asset, long units) => $"{Number(ScenarioMarket.Amount(asset, units))} {asset.Name}";

    private static string Released(Asset asset, long units) => units == 0 ? "" : $", releases {Amount(asset, units)}";

    private static string HeldChange(Asset asset, long units) => units switch
    {
        0 => "",
        > 0 => $", holds {Amount(asset, units)} more",
        _ => $", holds {Amount(asset, -units)} less",
    };

    private string Queue(Symbol symbol, IEnumerable<RestingOrder> level) =>
        string.Join(", ", level.Select(order => $"{market.OrderName(order.OrderId)} {Quantity(symbol, order.Leaves)}"));

    private string Trade(Traded traded, Symbol symbol)
    {
        var (makerReceives, takerReceives) = traded.TakerSide == Side.Buy
            ? (symbol.QuoteAsset, symbol.BaseAsset)
            : (symbol.BaseAsset, symbol.QuoteAsset);
        var line = $"trade {traded.TradeId}: {Quantity(symbol, traded.Quantity)} at {Price(symbol, traded.Price)} "
            + $"with {market.OrderName(traded.MakerOrderId)}{(traded.MakerFilled ? " (filled)" : "")}";
        line += traded.MakerFee == 0 ? "" : $", maker pays {Amount(makerReceives, traded.MakerFee)}";
        return line + (traded.TakerFee == 0 ? "" : $", taker pays {Amount(takerReceives, traded.TakerFee)}");
    }
}
