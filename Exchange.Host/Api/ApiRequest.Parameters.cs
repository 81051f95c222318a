using System.Text;
using Exchange.Matching.Types;

namespace Exchange.Host.Api;

/// <content>The parameters as typed values; every method leaves the first error it finds in the request.</content>
internal sealed partial class ApiRequest
{
    /// <summary>
    /// Closes the reading: false when a parameter was wrong, or when a name was sent that the row does not understand.
    /// Nothing may have an effect before it was called.
    /// </summary>
    public bool EndParameters()
    {
        HasEndedParameters = true;
        if (Error is not null)
        {
            return false;
        }

        var read = 0;
        for (var i = 0; i < Parameters.Count; i++)
        {
            read += Row.Understands(Parameters.NameAt(i)) ? 1 : 0;
        }

        return read == Parameters.Count || Fail(Errors.Unread(read, Parameters.Count));
    }

    public bool Has(ReadOnlySpan<byte> name) => Parameters.TryGet(name, out _);

    /// <summary>Returns whether the parameter was sent with a value; one that is empty is an error.</summary>
    public bool TryText(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (!Parameters.TryGet(name, out value))
        {
            return false;
        }

        return !value.IsEmpty || Fail(Errors.Empty(Text(name)));
    }

    /// <summary>The parameter must have been sent.</summary>
    public void Require(ReadOnlySpan<byte> name)
    {
        if (!Has(name))
        {
            Fail(Errors.Mandatory(Text(name)));
        }
    }

    /// <summary>The parameter must not have been sent: -1106.</summary>
    public void Exclude(ReadOnlySpan<byte> name)
    {
        if (Has(name))
        {
            Fail(Errors.NotRequired(Text(name)));
        }
    }

    /// <summary>Returns a decimal as 10^-8, or null when it was not sent or is wrong.</summary>
    public long? Decimal(ReadOnlySpan<byte> name)
    {
        if (!TryText(name, out var text))
        {
            return null;
        }

        var result = DecimalText.Parse(text, out var value);
        return Check(name, result, Errors.DecimalRange) ? value : null;
    }

    /// <summary>Returns an integer of 1 to 20 digits, or null when it was not sent or is wrong.</summary>
    public long? Integer(ReadOnlySpan<byte> name)
    {
        if (!TryText(name, out var text))
        {
            return null;
        }

        var result = DecimalText.ParseInteger(text, out var value);
        return Check(name, result, Errors.IntegerRange) ? value : null;
    }

    /// <summary>Returns how many items are asked for, capped at <paramref name="most"/>; 0 is an error.</summary>
    public int Limit(int defaultLimit, int most)
    {
        var limit = Integer("limit"u8);
        if (limit == 0)
        {
            Fail(Errors.InvalidData("limit"));
        }

        return (int)Math.Clamp(limit ?? defaultLimit, 1, most);
    }

    /// <summary>Returns <c>true</c> or <c>false</c>, in any case.</summary>
    public bool Flag(ReadOnlySpan<byte> name, bool defaultValue)
    {
        if (!TryText(name, out var text))
        {
            return defaultValue;
        }

        if (Ascii.EqualsIgnoreCase(text, "true"u8))
        {
            return true;
        }

        if (!Ascii.EqualsIgnoreCase(text, "false"u8))
        {
            Fail(Errors.InvalidData(Text(name)));
        }

        return false;
    }

    /// <summary>Returns a client order id; empty when none was sent.</summary>
    /// <param name="empty">What an empty value answers.</param>
    public ClientOrderId ClientOrderId(ReadOnlySpan<byte> name, ApiError empty)
    {
        if (!Parameters.TryGet(name, out var text))
        {
            return default;
        }

        if (text.IsEmpty)
        {
            Fail(empty);
            return default;
        }

        if (text.Length > Exchange.Matching.Types.ClientOrderId.MaxLength || !IsClientOrderId(text))
        {
            Fail(Errors.IllegalCharacters(Text(name), Errors.ClientOrderIdRange));
            return default;
        }

        return new ClientOrderId(text);
    }

    /// <summary>Returns the symbol of the parameter <c>symbol</c>, or null when it is missing or wrong, which is then an error.</summary>
    public Symbol? MandatorySymbol()
    {
        Require("symbol"u8);
        return OptionalSymbol();
    }

    /// <summary>Returns the symbol of the parameter <c>symbol</c>, or null when it was not sent or is wrong.</summary>
    public Symbol? OptionalSymbol() => TryText("symbol"u8, out var text) ? FindSymbol("symbol", text) : null;

    /// <summary>Returns the symbol of a name, or null with an error in the request.</summary>
    public Symbol? FindSymbol(string parameter, ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > 20 || !IsSymbolName(name))
        {
            Fail(Errors.IllegalCharacters(parameter, Errors.SymbolRange));
            return null;
        }

        Span<char> characters = stackalloc char[20];
        var length = Encoding.ASCII.GetChars(name, characters);
        if (Services.Symbols.TryGetSymbol(characters[..length], out var symbol))
        {
            return symbol;
        }

        Fail(Errors.InvalidSymbol);
        return null;
    }

    private bool Check(ReadOnlySpan<byte> name, DecimalResult result, string range) => result switch
    {
        DecimalResult.Parsed => true,
        DecimalResult.Illegal => Fail(Errors.IllegalCharacters(Text(name), range)),
        DecimalResult.TooPrecise => Fail(Errors.TooMuchPrecision(Text(name))),
        _ => Fail(Errors.Overflow(Text(name))),
    };

    private static bool IsSymbolName(ReadOnlySpan<byte> name)
    {
        foreach (var character in name)
        {
            if (!(char.IsAsciiLetterUpper((char)character)
                || char.IsAsciiDigit((char)character)
                || character is (byte)'-' or (byte)'_' or (byte)'.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsClientOrderId(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (!(char.IsAsciiLetterOrDigit((char)character)
                || character is (byte)'.' or (byte)':' or (byte)'/' or (byte)'_' or (byte)'-'))
            {
                return false;
            }
        }

        return true;
    }

    private static string Text(ReadOnlySpan<byte> name) => Encoding.ASCII.GetString(name);
}
