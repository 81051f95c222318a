using System.Text.Json;

namespace Exchange.Host.Api.OpenApi;

/// <summary>Writes the JSON schema of an example: what answers look like is said once, by showing one.</summary>
internal static class ExampleSchema
{
    public static void Write(Utf8JsonWriter json, JsonElement example)
    {
        json.WriteStartObject();
        switch (example.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(json, example);
                break;
            case JsonValueKind.Array:
                json.WriteString("type"u8, "array"u8);
                json.WritePropertyName("items"u8);
                WriteItems(json, example);
                break;
            case JsonValueKind.Number:
                json.WriteString("type"u8, "integer"u8);
                json.WriteString("format"u8, "int64"u8);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                json.WriteString("type"u8, "boolean"u8);
                break;
            case JsonValueKind.String:
                json.WriteString("type"u8, "string"u8);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement example)
    {
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (var property in example.EnumerateObject())
        {
            json.WritePropertyName(property.Name);
            Write(json, property.Value);
        }

        json.WriteEndObject();
    }

    /// <summary>Items of one kind have its schema; of none or of several kinds, any.</summary>
    private static void WriteItems(Utf8JsonWriter json, JsonElement array)
    {
        var kinds = array.EnumerateArray().Select(item => item.ValueKind).Distinct().Take(2).Count();
        if (kinds == 1)
        {
            Write(json, array[0]);
            return;
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }
}
