namespace Exchange.Host.Api.Endpoints;

/// <summary>The account with its balances.</summary>
internal static class AccountEndpoints
{
    private const int PpmPerBasisPoint = 100;

    /// <summary>
    /// Rates are a matter of the symbol here: the account shows the highest of all symbols, so that no client reckons with too little.
    /// </summary>
    public static ValueTask Get(ApiRequest request)
    {
        var omitsZero = request.Flag("omitZeroBalances"u8, defaultValue: false);
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var makerPpm = 0;
        var takerPpm = 0;
        foreach (var symbol in request.Services.Symbols.Symbols)
        {
            makerPpm = Math.Max(makerPpm, symbol.Spec.MakerFeePpm);
            takerPpm = Math.Max(takerPpm, symbol.Spec.TakerFeePpm);
        }

        var updatedUs = request.Services.Accounts.CopyBalances(request.AccountId, request.Balances);
        var json = request.Json;
        json.WriteStartObject();
        json.WriteNumber("makerCommission"u8, BasisPoints(makerPpm));
        json.WriteNumber("takerCommission"u8, BasisPoints(takerPpm));
        json.WriteNumber("buyerCommission"u8, 0);
        json.WriteNumber("sellerCommission"u8, 0);
        json.WriteStartObject("commissionRates"u8);
        json.WriteDecimal("maker"u8, CommissionJson.Rate(makerPpm));
        json.WriteDecimal("taker"u8, CommissionJson.Rate(takerPpm));
        json.WriteDecimal("buyer"u8, 0);
        json.WriteDecimal("seller"u8, 0);
        json.WriteEndObject();
        json.WriteBoolean("canTrade"u8, true);
        json.WriteBoolean("canWithdraw"u8, false);
        json.WriteBoolean("canDeposit"u8, false);
        json.WriteBoolean("brokered"u8, false);
        json.WriteBoolean("requireSelfTradePrevention"u8, false);
        json.WriteBoolean("preventSor"u8, false);
        request.WriteTime("updateTime"u8, updatedUs);
        json.WriteString("accountType"u8, "SPOT"u8);
        WriteBalances(request, omitsZero);
        json.WriteStartArray("permissions"u8);
        json.WriteStringValue("SPOT"u8);
        json.WriteEndArray();
        json.WriteNumber("uid"u8, request.AccountId);
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private static void WriteBalances(ApiRequest request, bool omitsZero)
    {
        var json = request.Json;
        json.WriteStartArray("balances"u8);
        foreach (var balance in request.Balances)
        {
            if (omitsZero && balance.Free == 0 && balance.Held == 0)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("asset"u8, balance.Asset.Name);
            json.WriteAmount("free"u8, balance.Asset, balance.Free);
            json.WriteAmount("locked"u8, balance.Asset, balance.Held);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Returns whole basis points, rounded up.</summary>
    private static int BasisPoints(int ppm) => (ppm + PpmPerBasisPoint - 1) / PpmPerBasisPoint;
}
