using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Exchange.Host.Api.OpenApi;

/// <summary>
/// The API as an OpenAPI 3.0 document, made from <see cref="EndpointTable"/>, so that it has every row and only those parameters that a row
/// understands. Always the same bytes for the same mode.
/// </summary>
internal static class OpenApiDocument
{
    /// <summary>The header in which the page hands the secret to its own signing code; it is never sent.</summary>
    public const string SecretHeader = "X-Exchange-Secret-Key";

    private const string Description =
        """
        A trading API that is wire-compatible with the Binance Spot API.

        **Signed requests** carry the header `X-MBX-APIKEY`, a `timestamp`, and a `signature`: HMAC-SHA256 over the query and the body as they are
        sent, with the secret key, in hexadecimal. **Numbers** with decimals are strings. **Times** are milliseconds; the header
        `X-MBX-TIME-UNIT: MICROSECOND` asks for microseconds. **Limits**: every answer carries the weight that your address has used
        (`X-MBX-USED-WEIGHT-1M`), every placed order your order counts (`X-MBX-ORDER-COUNT-10S`, `-1D`); over the limit comes 429 with
        `Retry-After`. An answer to an order means that it is on disk.
        """;

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    /// <param name="isSandbox">Whether the rows that only a sandbox has are in it.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(bool isSandbox)
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            json.WriteString("openapi"u8, "3.0.3"u8);
            json.WriteStartObject("info"u8);
            json.WriteString("title"u8, "Exchange"u8);
            json.WriteString("version"u8, "3"u8);
            json.WriteString("description"u8, Description);
            json.WriteEndObject();
            WriteTags(json, isSandbox);
            WritePaths(json, isSandbox);
            WriteComponents(json);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private static void WriteTags(Utf8JsonWriter json, bool isSandbox)
    {
        json.WriteStartArray("tags"u8);
        foreach (var tag in EndpointTable.Rows.Where(row => isSandbox || !row.IsSandboxOnly).Select(TagOf).Distinct())
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string TagOf(ApiRow row) =>
        row.IsSandboxOnly ? "Sandbox"
        : row.Path.StartsWith("/sapi/", StringComparison.Ordinal) ? "Wallet"
        : row.Security switch
        {
            EndpointSecurity.Trade => "Trading",
            EndpointSecurity.UserData => "Account",
            _ => "Market data",
        };

    private static void WritePaths(Utf8JsonWriter json, bool isSandbox)
    {
        json.WriteStartObject("paths"u8);
        foreach (var path in EndpointTable.Rows.Where(row => isSandbox || !row.IsSandboxOnly).GroupBy(row => row.Path))
        {
            json.WriteStartObject(path.Key);
            foreach (var row in path)
            {
                WriteOperation(json, row, OperationCatalogue.Of(row));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiRow row, OperationDoc operation)
    {
        // What a request without parameters weighs.
        var weight = row.Weight(new ApiRequest());
        json.WriteStartObject(row.Method.ToLowerInvariant());
        json.WriteString("operationId"u8, row.Method.ToLowerInvariant() + string.Concat(row.Path.Split('/').Select(Capitalized)));
        json.WriteStartArray("tags"u8);
        json.WriteStringValue(TagOf(row));
        json.WriteEndArray();
        json.WriteString("summary"u8, operation.Summary);
        json.WriteString("description"u8, DescriptionOf(row, operation, weight));
        json.WriteNumber("x-weight"u8, weight);
        if (row.Security != EndpointSecurity.None)
        {
            WriteSecurity(json);
        }

        WriteParameters(json, row, operation);
        if (operation.Body is { } example)
        {
            json.WriteStartObject("requestBody"u8);
            json.WriteBoolean("required"u8, true);
            WriteContent(json, example);
            json.WriteEndObject();
        }

        WriteResponses(json, operation);
        json.WriteEndObject();
    }

    private static string DescriptionOf(ApiRow row, OperationDoc operation, int weight)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"Weight {weight}{(row.IsFreeOnSuccess ? " when it fails, none when it succeeds" : "")}.");
        return operation.Description.Length == 0 ? text : $"{operation.Description}\n\n{text}";
    }

    private static void WriteSecurity(Utf8JsonWriter json)
    {
        json.WriteStartArray("security"u8);
        json.WriteStartObject();
        json.WriteStartArray("apiKey"u8);
        json.WriteEndArray();
        json.WriteStartArray("secretKey"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, ApiRow row, OperationDoc operation)
    {
        var examples = operation.ExampleParameters.ToDictionary();
        json.WriteStartArray("parameters"u8);
        foreach (var name in row.Parameters)
        {
            WriteParameter(json, row.Path, name, operation.Mandatory.Contains(name), examples.GetValueOrDefault(name));
        }

        if (row.Security != EndpointSecurity.None)
        {
            WriteParameter(json, row.Path, "recvWindow", isMandatory: false, example: null);
            WriteParameter(json, row.Path, "timestamp", isMandatory: true, "1700000000000");
            WriteParameter(json, row.Path, "signature", isMandatory: true, "filled-in-by-this-page");
        }

        json.WriteEndArray();
    }

    private static void WriteParameter(Utf8JsonWriter json, string path, string name, bool isMandatory, string? example)
    {
        var parameter = ParameterCatalogue.Of(path, name);
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("in"u8, "query"u8);
        json.WriteString("description"u8, parameter.Description);
        if (isMandatory)
        {
            json.WriteBoolean("required"u8, true);
        }

        json.WriteStartObject("schema"u8);
        json.WriteString("type"u8, parameter.Type);
        if (parameter.Format is { } format)
        {
            json.WriteString("format"u8, format);
        }

        if (parameter.Values is { } values)
        {
            json.WriteStartArray("enum"u8);
            Array.ForEach(values, json.WriteStringValue);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        if (example is not null)
        {
            WriteExample(json, parameter.Type, example);
        }

        json.WriteEndObject();
    }

    private static void WriteExample(Utf8JsonWriter json, string type, string example)
    {
        json.WritePropertyName("example"u8);
        if (type == "string")
        {
            json.WriteStringValue(example);
        }
        else
        {
            json.WriteRawValue(example);
        }
    }

    private static void WriteResponses(Utf8JsonWriter json, OperationDoc operation)
    {
        json.WriteStartObject("responses"u8);
        json.WriteStartObject("200"u8);
        json.WriteString("description"u8, "Success"u8);
        WriteContent(json, operation.Response);
        json.WriteEndObject();
        json.WriteStartObject("default"u8);
        json.WriteString("$ref"u8, "#/components/responses/Error"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, string example)
    {
        using var document = JsonDocument.Parse(example);
        json.WriteStartObject("content"u8);
        json.WriteStartObject("application/json"u8);
        json.WritePropertyName("schema"u8);
        ExampleSchema.Write(json, document.RootElement);
        json.WritePropertyName("example"u8);
        document.RootElement.WriteTo(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject("components"u8);
        json.WriteStartObject("responses"u8);
        json.WriteStartObject("Error"u8);
        json.WriteString(
            "description"u8,
            "Refused: 400 and 401 mean that nothing was done, 418 and 429 that you are over a limit, 503 with -1008 that nothing was done, "
            + "504 and 503 with -1007 that the outcome is unknown.");
        WriteContent(json, """{"code":-1121,"msg":"Invalid symbol."}""");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("securitySchemes"u8);
        WriteScheme(json, "apiKey", "X-MBX-APIKEY", "Your API key.");
        WriteScheme(
            json, "secretKey", SecretHeader,
            "Your secret key. It signs requests in this page and is never sent. Clients sign by themselves and have no such header.");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteScheme(Utf8JsonWriter json, string name, string header, string description)
    {
        json.WriteStartObject(name);
        json.WriteString("type"u8, "apiKey"u8);
        json.WriteString("in"u8, "header"u8);
        json.WriteString("name"u8, header);
        json.WriteString("description"u8, description);
        json.WriteEndObject();
    }

    private static string Capitalized(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..];
}
