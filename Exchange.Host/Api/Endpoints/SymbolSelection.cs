using System.Text.Json;
using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>The parameters that choose symbols: lists in JSON, permissions, status.</summary>
internal static class SymbolSelection
{
    /// <summary>Most names in the parameter <c>symbols</c>, where an endpoint has no other number.</summary>
    public const int MaxSymbols = 100;

    /// <summary>
    /// Returns the symbols of the parameter <c>symbols</c> (a JSON array of names), in its order, or null when it was not sent or is wrong.
    /// </summary>
    /// <param name="most">Most names.</param>
    public static List<Symbol>? Symbols(ApiRequest request, int most = MaxSymbols)
    {
        if (!request.TryText("symbols"u8, out var text))
        {
            return null;
        }

        if (!TryNames(text, out var names))
        {
            request.Fail(Errors.InvalidJsonParameter("symbols"));
            return null;
        }

        if (names.Count > most)
        {
            request.Fail(Errors.TooManyValues("symbols", most));
            return null;
        }

        var symbols = new List<Symbol>(names.Count);
        foreach (var name in names)
        {
            if (request.FindSymbol("symbols", System.Text.Encoding.UTF8.GetBytes(name)) is not { } symbol)
            {
                return null;
            }

            if (symbols.Contains(symbol))
            {
                request.Fail(Errors.RepeatedSymbol);
                return null;
            }

            symbols.Add(symbol);
        }

        return symbols;
    }

    /// <summary>
    /// Returns whether the parameter <c>permissions</c> (one name or a JSON array) includes SPOT, the only one there is, or was not sent.
    /// </summary>
    public static bool IncludesSpot(ApiRequest request)
    {
        if (!request.TryText("permissions"u8, out var text))
        {
            return true;
        }

        if (text[0] != '[')
        {
            return text.SequenceEqual("SPOT"u8);
        }

        if (TryNames(text, out var names))
        {
            return names.Contains("SPOT");
        }

        return request.Fail(Errors.InvalidJsonParameter("permissions"));
    }

    /// <summary>Returns the parameter <c>symbolStatus</c>, or null when it was not sent or is wrong.</summary>
    public static string? Status(ApiRequest request)
    {
        if (!request.TryText("symbolStatus"u8, out var text))
        {
            return null;
        }

        foreach (var status in (string[])["TRADING", "HALT", "BREAK"])
        {
            if (text.SequenceEqual(System.Text.Encoding.ASCII.GetBytes(status)))
            {
                return status;
            }
        }

        request.Fail(Errors.InvalidSymbolStatus);
        return null;
    }

    /// <summary>Refuses a symbol that is not in the status that the request asks for.</summary>
    public static void RequireStatus(ApiRequest request, Symbol? symbol)
    {
        if (Status(request) is { } status && symbol is not null && SymbolJson.StatusOf(request, symbol) != status)
        {
            request.Fail(Errors.SymbolStatusMismatch);
        }
    }

    private static bool TryNames(ReadOnlySpan<byte> text, out List<string> names)
    {
        names = [];
        var reader = new Utf8JsonReader(text);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                names.Add(reader.GetString()!);
            }

            return reader.TokenType == JsonTokenType.EndArray && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string that is no valid UTF-8.
            return false;
        }
    }
}
