using Exchange.Host.Api;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>The verbs that change something: fields in, one call of the door, what it answered out.</summary>
internal static class AdminChanges
{
    public static ValueTask CreateAsset(AdminRequest request)
    {
        var (name, scale) = (request.Text("name"), request.Integer("scale"));
        if (!SymbolSpec.IsName(name) || scale > FixedPoint.Scale)
        {
            request.Fail(AdminError.Of(RejectReason.InvalidAsset));
        }

        return DoAsync(request, () => request.Services.Administration.CreateAssetAsync(request.Caller, name, scale));
    }

    public static ValueTask CreateMarket(AdminRequest request)
    {
        var spec = new SymbolSpec
        {
            Name = request.Text("name"),
            BaseAsset = request.Text("baseAsset"),
            BaseScale = request.Integer("baseScale"),
            QuoteAsset = request.Text("quoteAsset"),
            QuoteScale = request.Integer("quoteScale"),
            TickSize = request.Decimal("tickSize"),
            MinPrice = request.Decimal(request.Has("minPrice") ? "minPrice" : "tickSize"),
            MaxPrice = request.Decimal("maxPrice"),
            LotSize = request.Decimal("lotSize"),
            MinQuantity = request.Decimal(request.Has("minQuantity") ? "minQuantity" : "lotSize"),
            MaxQuantity = request.Decimal("maxQuantity"),
            MinNotional = request.Decimal("minNotional"),
            MaxNotional = request.Decimal("maxNotional"),
            ApplyMinToMarket = request.Flag("applyMinToMarket"),
            ApplyMaxToMarket = request.Flag("applyMaxToMarket"),
            MinNotionalFilter = request.Decimal("minNotionalFilter"),
            ApplyMinNotionalFilterToMarket = request.Flag("applyMinNotionalFilterToMarket"),
            MarketMinQuantity = request.Decimal("marketMinQuantity"),
            MarketMaxQuantity = request.Decimal("marketMaxQuantity"),
            MarketLotSize = request.Decimal("marketLotSize"),
            BidMultiplierUp = request.Decimal("bidMultiplierUp"),
            BidMultiplierDown = request.Decimal("bidMultiplierDown"),
            AskMultiplierUp = request.Decimal("askMultiplierUp"),
            AskMultiplierDown = request.Decimal("askMultiplierDown"),
            AvgPriceMins = request.Integer("avgPriceMins"),
            MaxNumOrders = request.Integer("maxNumOrders"),
            MakerFeePpm = request.Integer("makerFeePpm"),
            TakerFeePpm = request.Integer("takerFeePpm"),
        };
        if (request.IsValid && spec.Validate() is { } wrong)
        {
            request.Fail(AdminError.Of(RejectReason.InvalidSymbol) with { Message = wrong });
        }

        return DoAsync(request, () => request.Services.Administration.CreateMarketAsync(request.Caller, spec));
    }

    public static ValueTask CreateAccount(AdminRequest request)
    {
        var command = new OpenAccountCommand
        {
            OrderLimitPer10Seconds = request.Integer("per10Seconds"),
            OrderLimitPerDay = request.Integer("perDay"),
        };
        return DoAsync(request, () => request.Services.Administration.OpenAccountAsync(request.Caller, command), "account");
    }

    public static ValueTask CreateKey(AdminRequest request)
    {
        var permissions = (request.Flag("read") ? ApiKeyPermissions.Read : 0) | (request.Flag("trade") ? ApiKeyPermissions.Trade : 0);
        return DoAsync(request, () => request.Services.Administration.CreateKeyAsync(request.Caller, request.Integer("account"), permissions));
    }

    /// <param name="sign">1 deposits, -1 withdraws.</param>
    public static ValueTask Adjust(AdminRequest request, int sign)
    {
        var asset = request.Asset("asset");
        long units = 0;
        if (asset is not null && !SymbolUnits.TryUnits(asset, request.Decimal("amount"), out units))
        {
            request.Fail(AdminError.Field($"Field 'amount' must have at most {asset.Scale} decimals for {asset.Name}."));
        }

        return DoAsync(request, () => request.Services.Administration.AdjustBalanceAsync(request.Caller, request.Integer("account"), asset!, sign * units));
    }

    public static ValueTask Halt(AdminRequest request, bool isHalted)
    {
        var symbol = request.Symbol("symbol", mayBeAll: true);
        return DoAsync(request, () => request.Services.Administration.SetHaltAsync(request.Caller, symbol, isHalted));
    }

    public static ValueTask CancelOrders(AdminRequest request)
    {
        var symbol = request.Symbol("symbol", mayBeAll: true);
        int? accountId = request.Has("account") ? request.Integer("account") : null;
        if (accountId == 0)
        {
            request.Fail(AdminError.Of(RejectReason.UnknownAccount));
        }

        return DoAsync(request, () => request.Services.Administration.CancelOrdersAsync(request.Caller, accountId, symbol, request.Flag("block")));
    }

    public static ValueTask SetAccount(AdminRequest request, bool isEnabled) =>
        DoAsync(request, () => request.Services.Administration.SetAccountAsync(request.Caller, request.Integer("account"), isEnabled));

    public static ValueTask SetLimits(AdminRequest request) =>
        DoAsync(request, () => request.Services.Administration.SetOrderLimitsAsync(
            request.Caller, request.Integer("account"), request.Integer("per10Seconds"), request.Integer("perDay")));

    public static ValueTask SetKey(AdminRequest request, bool isEnabled)
    {
        var key = request.Text("apiKey");
        if (key.Length > OpenAccountCommand.MaxApiKeyLength || !key.All(char.IsAscii))
        {
            request.Fail(AdminError.Of(RejectReason.UnknownApiKey));
        }

        return DoAsync(request, () => request.Services.Administration.SetKeyAsync(request.Caller, key, isEnabled));
    }

    public static ValueTask ReleaseQuarantine(AdminRequest request)
    {
        var symbol = request.Symbol("symbol", mayBeAll: false);
        return DoAsync(request, () => request.Services.Administration.ReleaseQuarantineAsync(request.Caller, request.Integer("account"), symbol!));
    }

    public static ValueTask CreateOperator(AdminRequest request)
    {
        var name = request.Text("name");
        OperatorRole? role = request.Text("role") switch
        {
            "administrator" => OperatorRole.Administrator,
            "operator" => OperatorRole.Operator,
            "auditor" => OperatorRole.Auditor,
            _ => null,
        };
        if (role is null)
        {
            request.Fail(AdminError.Field("Field 'role' must be administrator, operator or auditor."));
        }

        if (!Exchange.Matching.Administration.OperatorTable.IsName(name))
        {
            request.Fail(AdminError.Of(RejectReason.InvalidOperator));
        }

        return DoAsync(request, () => request.Services.Administration.CreateOperatorAsync(request.Caller, name, role!.Value));
    }

    public static ValueTask SetOperator(AdminRequest request, bool isEnabled)
    {
        var target = request.Operator("name");
        return DoAsync(request, () => request.Services.Administration.SetOperatorAsync(request.Caller, target!.Id, isEnabled));
    }

    public static ValueTask ReplaceToken(AdminRequest request)
    {
        var target = request.Operator("name");
        return DoAsync(request, () => request.Services.Administration.ReplaceTokenAsync(request.Caller, target!.Id));
    }

    /// <summary>Asks the door where no field is wrong, and answers.</summary>
    /// <param name="createdName">Under which name the id of what was created is answered; null where names or keys identify it.</param>
    private static async ValueTask DoAsync(AdminRequest request, Func<ValueTask<AdminResult>> ask, string? createdName = null)
    {
        if (!request.IsValid)
        {
            return;
        }

        var result = await ask();
        if (!result.IsDone)
        {
            request.Fail(result.IsOverloaded ? AdminError.Overloaded : AdminError.Of(result.Reject));
            return;
        }

        var json = request.Json;
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, result.Sequence);
        json.WriteBoolean("repeated"u8, result.IsRepeated);
        if (createdName is not null)
        {
            json.WriteNumber(createdName, result.CreatedId);
        }

        if (result.ApiKey is not null)
        {
            json.WriteString("apiKey"u8, result.ApiKey);
        }

        if (result.Secret is not null)
        {
            json.WriteString(result.ApiKey is null ? "token" : "secretKey", result.Secret);
        }

        if (result.CanceledOrders > 0)
        {
            json.WriteNumber("canceledOrders"u8, result.CanceledOrders);
        }

        json.WriteEndObject();
    }
}
