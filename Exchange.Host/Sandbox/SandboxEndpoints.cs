using System.Text;
using System.Text.Json;
using Exchange.Host.Admin;
using Exchange.Host.Api;
using Exchange.Host.Api.Endpoints;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Sandbox;

/// <summary>
/// Accounts and markets at will, for developers: `POST /sandbox/*`. They exist only where the journaled mode is sandbox; a venue
/// answers 404. Every change goes through the door of the operators, as the sandbox itself.
/// </summary>
internal static class SandboxEndpoints
{
    private const string Standard = "standard";
    private const string Unlimited = "unlimited";

    /// <summary>
    /// Opens an account with a key: <c>{"balances":{"USDT":"100000"},"tier":"standard"|"unlimited"}</c>, both optional. An account of
    /// the unlimited tier has no order limits, and its requests are never limited by weight.
    /// </summary>
    public static async ValueTask OpenAccount(ApiRequest request)
    {
        using var document = SandboxJson.Parse(request);
        if (document is null || !TryReadAccount(request, document.RootElement, out var tier, out var deposits))
        {
            return;
        }

        var apiKey = RandomText.Key();
        var secret = RandomText.Key();
        var isUnlimited = tier == Unlimited;
        var command = new OpenAccountCommand
        {
            OrderLimitPer10Seconds = isUnlimited ? 0 : ApiOptions.StandardOrdersPer10Seconds,
            OrderLimitPerDay = isUnlimited ? 0 : ApiOptions.StandardOrdersPerDay,
            ApiKey = Encoding.ASCII.GetBytes(apiKey),
            SecretCiphertext = request.Services.Secrets.Protect(apiKey, Encoding.ASCII.GetBytes(secret)),
            Deposits = deposits,
        };

        var result = await request.Within(request.Services.Administration.OpenAccountAsync(AdminCaller.Sandbox("POST /sandbox/accounts"), command));
        if (result.IsOverloaded)
        {
            request.Fail(Errors.Overloaded);
        }
        else if (result.Reject != RejectReason.None)
        {
            request.Fail(Rejections.Placing(result.Reject));
        }
        else
        {
            request.Json.WriteStartObject();
            request.Json.WriteNumber("accountId"u8, result.CreatedId);
            request.Json.WriteString("apiKey"u8, apiKey);
            request.Json.WriteString("secretKey"u8, secret);
            request.Json.WriteEndObject();
        }
    }

    /// <summary>Creates a market from the fields of <see cref="SymbolSpec"/>; answers its object of exchangeInfo.</summary>
    public static async ValueTask AddMarket(ApiRequest request)
    {
        using var document = SandboxJson.Parse(request);
        if (document is null || !TryReadMarket(request, document.RootElement, out var spec))
        {
            return;
        }

        var result = await request.Within(request.Services.Administration.CreateMarketAsync(AdminCaller.Sandbox("POST /sandbox/markets"), spec));
        if (result.IsOverloaded)
        {
            request.Fail(Errors.Overloaded);
        }
        else if (result.Reject != RejectReason.None)
        {
            request.Fail(Rejections.Placing(result.Reject));
        }
        else if (request.Services.Symbols.TryGetSymbol(spec.Name, out var symbol))
        {
            SymbolJson.Write(request, symbol, showsPermissionSets: true);
        }
        else
        {
            throw new InvalidOperationException($"symbol {spec.Name} was added but is not published");
        }
    }

    private static bool TryReadAccount(ApiRequest request, JsonElement root, out string tier, out List<AssetAmount> deposits)
    {
        var fields = new SandboxJson(request, root);
        deposits = fields.TryGet("balances", hasDefault: true, out var balances) ? ReadDeposits(request, fields, balances) : [];
        tier = fields.Text("tier", Standard)!;
        fields.EndFields();
        if (tier is not (Standard or Unlimited))
        {
            request.Fail(Errors.Sandbox($"Field 'tier' must be \"{Standard}\" or \"{Unlimited}\"."));
        }

        return request.EndParameters();
    }

    private static List<AssetAmount> ReadDeposits(ApiRequest request, SandboxJson fields, JsonElement balances)
    {
        var deposits = new List<AssetAmount>();
        if (balances.ValueKind != JsonValueKind.Object)
        {
            request.Fail(Errors.Sandbox("Field 'balances' must be an object of decimal strings, for example {\"USDT\":\"100000\"}."));
            return deposits;
        }

        foreach (var balance in balances.EnumerateObject())
        {
            if (!request.Services.Symbols.TryGetAsset(balance.Name, out var asset))
            {
                var name = SandboxJson.Shown(balance.Name);
                request.Fail(Errors.Sandbox($"Asset '{name}' does not exist; create a market that uses it first."));
                return deposits;
            }

            var amount = fields.DecimalOf(asset.Name, balance.Value);
            if (!SymbolUnits.TryUnits(asset, amount, out var units))
            {
                request.Fail(Errors.TooMuchPrecision(asset.Name));
            }
            else if (units > 0)
            {
                deposits.Add(new AssetAmount(asset.Id, units));
            }
        }

        if (deposits.Count > OpenAccountCommand.MaxDeposits)
        {
            request.Fail(Errors.TooManyValues("balances", OpenAccountCommand.MaxDeposits));
        }

        return deposits;
    }

    private static bool TryReadMarket(ApiRequest request, JsonElement root, out SymbolSpec spec)
    {
        var fields = new SandboxJson(request, root);
        var tick = fields.Decimal("tickSize", null);
        var lot = fields.Decimal("lotSize", null);
        spec = new SymbolSpec
        {
            Name = fields.Text("name", null) ?? "",
            BaseAsset = fields.Text("baseAsset", null) ?? "",
            BaseScale = fields.Integer("baseScale", FixedPoint.Scale),
            QuoteAsset = fields.Text("quoteAsset", null) ?? "",
            QuoteScale = fields.Integer("quoteScale", FixedPoint.Scale),
            TickSize = tick,
            MinPrice = fields.Decimal("minPrice", tick),
            MaxPrice = fields.Decimal("maxPrice", null),
            LotSize = lot,
            MinQuantity = fields.Decimal("minQuantity", lot),
            MaxQuantity = fields.Decimal("maxQuantity", null),
            MinNotional = fields.Decimal("minNotional", 0),
            MaxNotional = fields.Decimal("maxNotional", 0),
            ApplyMinToMarket = fields.Flag("applyMinToMarket", true),
            ApplyMaxToMarket = fields.Flag("applyMaxToMarket", false),
            MinNotionalFilter = fields.Decimal("minNotionalFilter", 0),
            ApplyMinNotionalFilterToMarket = fields.Flag("applyMinNotionalFilterToMarket", true),
            MarketMinQuantity = fields.Decimal("marketMinQuantity", 0),
            MarketMaxQuantity = fields.Decimal("marketMaxQuantity", 0),
            MarketLotSize = fields.Decimal("marketLotSize", 0),
            BidMultiplierUp = fields.Decimal("bidMultiplierUp", 0),
            BidMultiplierDown = fields.Decimal("bidMultiplierDown", 0),
            AskMultiplierUp = fields.Decimal("askMultiplierUp", 0),
            AskMultiplierDown = fields.Decimal("askMultiplierDown", 0),
            AvgPriceMins = fields.Integer("avgPriceMins", 5),
            MaxNumOrders = fields.Integer("maxNumOrders", 200),
            MakerFeePpm = fields.Integer("makerFeePpm", 1_000),
            TakerFeePpm = fields.Integer("takerFeePpm", 1_000),
        };
        fields.EndFields();
        if (request.Error is null && spec.Validate() is { } wrong)
        {
            request.Fail(Errors.Sandbox(wrong));
        }

        return request.EndParameters();
    }
}
