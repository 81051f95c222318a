using System.Text;
using System.Text.Json;
using Exchange.Host.Api;

namespace Exchange.Host.Sandbox;

/// <summary>
/// The fields of a sandbox request's JSON object; every method leaves the first error, with the field's name and what to write, in the
/// request. Not for the hot path.
/// </summary>
internal sealed class SandboxJson(ApiRequest request, JsonElement root)
{
    private readonly HashSet<string> _known = [];

    /// <summary>Parses the body; null with an error in the request when it is no JSON object.</summary>
    public static JsonDocument? Parse(ApiRequest request)
    {
        // Why: the parser takes text that is no Unicode and throws when it is read; no field here needs such characters.
        if (!System.Text.Unicode.Utf8.IsValid(request.JsonBody) || HasSurrogateEscape(request.JsonBody))
        {
            request.Fail(Errors.InvalidJson);
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(request.JsonBody, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Told to the client below.
        }

        request.Fail(Errors.InvalidJson);
        return null;
    }

    /// <summary>Refuses fields that nothing has asked for: a misspelt filter would otherwise silently take its default.</summary>
    public void EndFields()
    {
        foreach (var property in root.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                request.Fail(Errors.Sandbox($"Unknown field '{Shown(property.Name)}'; known are: {string.Join(", ", _known)}."));
            }
        }
    }

    public string? Text(string name, string? defaultValue)
    {
        if (!TryGet(name, defaultValue is not null, out var value))
        {
            return defaultValue;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        request.Fail(Errors.Sandbox($"Field '{name}' must be a string."));
        return defaultValue;
    }

    /// <summary>Returns a decimal string as 10^-8.</summary>
    public long Decimal(string name, long? defaultValue) =>
        TryGet(name, defaultValue is not null, out var value) ? DecimalOf(name, value) : defaultValue ?? 0;

    /// <summary>Returns a decimal string as 10^-8; 0 with an error in the request when it is none.</summary>
    public long DecimalOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            request.Fail(Errors.Sandbox($"Field '{name}' must be a decimal string, for example \"0.01\"."));
            return 0;
        }

        var result = DecimalText.Parse(Encoding.UTF8.GetBytes(value.GetString()!), out var number);
        if (result != DecimalResult.Parsed)
        {
            request.Fail(result switch
            {
                DecimalResult.Illegal => Errors.IllegalCharacters(name, Errors.DecimalRange),
                DecimalResult.TooPrecise => Errors.TooMuchPrecision(name),
                _ => Errors.Overflow(name),
            });
        }

        return number;
    }

    public int Integer(string name, int defaultValue)
    {
        if (!TryGet(name, hasDefault: true, out var value))
        {
            return defaultValue;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
        {
            return number;
        }

        request.Fail(Errors.Sandbox($"Field '{name}' must be an integer."));
        return defaultValue;
    }

    public bool Flag(string name, bool defaultValue)
    {
        if (!TryGet(name, hasDefault: true, out var value))
        {
            return defaultValue;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        request.Fail(Errors.Sandbox($"Field '{name}' must be true or false."));
        return defaultValue;
    }

    /// <summary>Returns whether the field is there; a missing one without a default is an error.</summary>
    public bool TryGet(string name, bool hasDefault, out JsonElement value)
    {
        _known.Add(name);
        if (root.TryGetProperty(name, out value))
        {
            return true;
        }

        return !hasDefault && request.Fail(Errors.Sandbox($"Field '{name}' is missing."));
    }

    private static bool HasSurrogateEscape(ReadOnlySpan<byte> json) => json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0;

    /// <summary>A name from outside, cut and without control characters, for a text.</summary>
    public static string Shown(string name)
    {
        var shown = new StringBuilder();
        foreach (var character in name.AsSpan(0, Math.Min(name.Length, 40)))
        {
            shown.Append(char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' ? character : '?');
        }

        return shown.ToString();
    }
}
