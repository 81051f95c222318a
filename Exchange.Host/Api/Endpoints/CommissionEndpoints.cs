using System.Text.Json;
using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>The fee rates of a symbol (API.md A8), and the same in the form that wallets ask for.</summary>
internal static class CommissionEndpoints
{
    public static ValueTask Get(ApiRequest request)
    {
        var symbol = request.MandatorySymbol();
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol!.Name);
        WriteRates(json, "standardCommission"u8, symbol.Spec.MakerFeePpm, symbol.Spec.TakerFeePpm);
        WriteRates(json, "specialCommission"u8, 0, 0);
        WriteRates(json, "taxCommission"u8, 0, 0);
        CommissionJson.WriteNoDiscount(json);
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    /// <summary>The rates of one symbol, or of all: always an array.</summary>
    public static ValueTask TradeFees(ApiRequest request)
    {
        var single = request.OptionalSymbol();
        if (!request.EndParameters())
        {
            return ValueTask.CompletedTask;
        }

        request.Json.WriteStartArray();
        foreach (var symbol in single is null ? request.Services.Symbols.Symbols : [single])
        {
            WriteTradeFee(request.Json, symbol);
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static void WriteTradeFee(Utf8JsonWriter json, Symbol symbol)
    {
        json.WriteStartObject();
        json.WriteString("symbol"u8, symbol.Name);
        json.WriteDecimal("makerCommission"u8, CommissionJson.Rate(symbol.Spec.MakerFeePpm));
        json.WriteDecimal("takerCommission"u8, CommissionJson.Rate(symbol.Spec.TakerFeePpm));
        json.WriteEndObject();
    }

    private static void WriteRates(Utf8JsonWriter json, ReadOnlySpan<byte> name, int makerPpm, int takerPpm)
    {
        json.WriteStartObject(name);
        json.WriteDecimal("maker"u8, CommissionJson.Rate(makerPpm));
        json.WriteDecimal("taker"u8, CommissionJson.Rate(takerPpm));
        json.WriteDecimal("buyer"u8, 0);
        json.WriteDecimal("seller"u8, 0);
        json.WriteEndObject();
    }
}
