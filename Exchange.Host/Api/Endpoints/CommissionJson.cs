using System.Text.Json;
using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>Fee rates as the API shows them: fractions of what is received, as decimals.</summary>
internal static class CommissionJson
{
    /// <summary>A part per million as 10^-8.</summary>
    private const long FixedPerPpm = FixedPoint.One / 1_000_000;

    /// <summary>Returns a rate in parts per million as 10^-8.</summary>
    public static Int128 Rate(int ppm) => (Int128)ppm * FixedPerPpm;

    /// <summary>Fees are taken from what is received and nothing pays for them at a discount.</summary>
    public static void WriteNoDiscount(Utf8JsonWriter json)
    {
        json.WriteStartObject("discount"u8);
        json.WriteBoolean("enabledForAccount"u8, false);
        json.WriteBoolean("enabledForSymbol"u8, false);
        json.WriteNull("discountAsset"u8);
        json.WriteDecimal("discount"u8, 0);
        json.WriteEndObject();
    }
}
