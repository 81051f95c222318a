using Exchange.Matching.Types;

namespace Exchange.Host.Api.Endpoints;

/// <summary>The symbols of a ticker: one, which answers an object, or several or all, which answer an array.</summary>
/// <param name="Single">The symbol of <c>symbol</c>.</param>
/// <param name="Several">The symbols of <c>symbols</c>, in its order; null for all.</param>
/// <param name="Status">Only symbols in this status; null for any.</param>
internal readonly record struct TickerSelection(Symbol? Single, List<Symbol>? Several, string? Status)
{
    /// <summary>Reads the selection and closes the parameters; false with an error in the request.</summary>
    /// <param name="isMandatory">One of <c>symbol</c> and <c>symbols</c> must have been sent.</param>
    /// <param name="mostSymbols">Most names in <c>symbols</c>.</param>
    public static bool TryRead(ApiRequest request, bool isMandatory, int mostSymbols, out TickerSelection selection)
    {
        var (isSingle, isList) = (request.Has("symbol"u8), request.Has("symbols"u8));
        if (isSingle && isList)
        {
            request.Fail(Errors.Combination);
        }
        else if (isMandatory && !isSingle && !isList)
        {
            request.Fail(Errors.MandatoryEither("symbol", "symbols"));
        }

        var single = request.OptionalSymbol();
        selection = new TickerSelection(single, SymbolSelection.Symbols(request, mostSymbols), SymbolSelection.Status(request));
        SymbolSelection.RequireStatus(request, single);
        return request.EndParameters();
    }

    /// <summary>Writes each symbol, in an array unless it is a single one.</summary>
    public void Write(ApiRequest request, Action<ApiRequest, Symbol> write)
    {
        if (Single is not null)
        {
            write(request, Single);
            return;
        }

        request.Json.WriteStartArray();
        foreach (var symbol in Several is null ? request.Services.Symbols.Symbols : [.. Several])
        {
            if (Status is null || Status == SymbolJson.StatusOf(request, symbol))
            {
                write(request, symbol);
            }
        }

        request.Json.WriteEndArray();
    }

    /// <summary>Returns the names in <c>symbols</c> as it came, not yet checked; 0 when it was not sent.</summary>
    public static int CountNames(ApiRequest request) =>
        request.Parameters.TryGet("symbols"u8, out var text) ? text.Count((byte)',') + 1 : 0;
}
