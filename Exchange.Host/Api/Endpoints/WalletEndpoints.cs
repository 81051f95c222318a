namespace Exchange.Host.Api.Endpoints;

/// <summary>
/// What clients ask of a wallet before they trade (API.md B1). There is neither a wallet nor margin here: the lists are empty, which is what
/// a client takes for "nothing to be had".
/// </summary>
internal static class WalletEndpoints
{
    /// <summary>The names of a signature, for rows without security whose callers sign all the same.</summary>
    public static readonly string[] SignatureNames = ["timestamp", "signature", "recvWindow"];

    public static ValueTask SystemStatus(ApiRequest request)
    {
        if (request.EndParameters())
        {
            request.Json.WriteStartObject();
            request.Json.WriteNumber("status"u8, 0);
            request.Json.WriteString("msg"u8, "normal"u8);
            request.Json.WriteEndObject();
        }

        return ValueTask.CompletedTask;
    }

    public static ValueTask EmptyList(ApiRequest request)
    {
        if (request.EndParameters())
        {
            request.Json.WriteStartArray();
            request.Json.WriteEndArray();
        }

        return ValueTask.CompletedTask;
    }
}
