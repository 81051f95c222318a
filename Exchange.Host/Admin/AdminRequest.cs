using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Exchange.Accounts;
using Exchange.Host.Api;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>
/// One request of an operator: its fields by name, already checked against the verb's table, and its answer. The first error counts; a handler
/// asks <see cref="IsValid"/> before it does anything. One thread at a time.
/// </summary>
internal sealed class AdminRequest(AdminServices services, Operator caller, AdminVerb verb)
{
    private readonly Dictionary<string, object> _fields = [];
    private readonly ArrayBufferWriter<byte> _body = new(1_024);
    private Utf8JsonWriter? _json;

    public AdminServices Services => services;

    public AdminError? Error { get; private set; }

    public bool IsValid => Error is null;

    /// <summary>Set for a change.</summary>
    public AdminCaller Caller { get; private set; } = new(caller.Id, Guid.Empty, "");

    public Utf8JsonWriter Json => _json ??= new Utf8JsonWriter(_body);

    /// <summary>Keeps the first error; returns false.</summary>
    public bool Fail(AdminError error)
    {
        Error ??= error;
        return false;
    }

    /// <summary>Returns the answer's body.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (Error is { } error)
        {
            _json = null;
            _body.ResetWrittenCount();
            Json.WriteStartObject();
            Json.WriteString("error"u8, error.Code);
            Json.WriteString("message"u8, error.Message);
            Json.WriteEndObject();
        }

        Json.Flush();
        return _body.WrittenMemory;
    }

    /// <summary>Takes a field as it came: of the query as text, of the body as the text of its JSON value.</summary>
    public void Set(AdminField field, string text, bool isRightType)
    {
        if (!isRightType || !TryRead(field.Kind, text, out var value))
        {
            Fail(AdminError.Field($"Field '{field.Name}' must be {field.Expected}."));
            return;
        }

        _fields[field.Name] = value;
    }

    /// <summary>Fills in defaults, and refuses what is missing.</summary>
    public void EndFields()
    {
        foreach (var field in verb.Fields)
        {
            if (_fields.ContainsKey(field.Name))
            {
                continue;
            }

            if (field.Default is null)
            {
                Fail(AdminError.Field($"Field '{field.Name}' is missing: {field.Help}."));
            }
            else if (field.Default.Length > 0)
            {
                Set(field, field.Default, isRightType: true);
            }
        }
    }

    /// <summary>Takes who asks, why and under which id.</summary>
    public void SetCaller(string? requestId, string? reason)
    {
        if (!Guid.TryParseExact(requestId, "D", out var id) || id == Guid.Empty)
        {
            Fail(AdminError.Field("Field 'requestId' must be a UUID of your own, for example 0f8fad5b-d9cb-469f-a165-70867728950e; repeat it when you repeat the request."));
        }

        if (string.IsNullOrWhiteSpace(reason) || Encoding.UTF8.GetByteCount(reason) > AdministerCommand.MaxReasonLength || reason.Any(char.IsControl))
        {
            Fail(AdminError.Field($"Field 'reason' must say why, in 1 to {AdministerCommand.MaxReasonLength} bytes without control characters."));
        }

        if (IsValid)
        {
            Caller = new AdminCaller(caller.Id, id, reason!);
        }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public string Text(string name) => _fields.TryGetValue(name, out var value) ? (string)value : "";

    public int Integer(string name) => _fields.TryGetValue(name, out var value) ? (int)value : 0;

    /// <summary>Units of 10^-8.</summary>
    public long Decimal(string name) => _fields.TryGetValue(name, out var value) ? (long)value : 0;

    public bool Flag(string name) => _fields.TryGetValue(name, out var value) && (bool)value;

    public Asset? Asset(string name)
    {
        if (services.Symbols.TryGetAsset(Text(name), out var asset))
        {
            return asset;
        }

        Fail(AdminError.Of(RejectReason.UnknownAsset));
        return null;
    }

    /// <summary>Returns the market, or null: for <c>*</c>, which means all, or with an error.</summary>
    public Symbol? Symbol(string name, bool mayBeAll)
    {
        if (services.Symbols.TryGetSymbol(Text(name), out var symbol))
        {
            return symbol;
        }

        if (!mayBeAll || Text(name) != "*")
        {
            Fail(AdminError.Of(RejectReason.UnknownSymbol));
        }

        return null;
    }

    public Operator? Operator(string name)
    {
        var found = services.Operators.Operators.FirstOrDefault(each => each.Name == Text(name));
        if (found is null)
        {
            Fail(AdminError.Of(RejectReason.UnknownOperator));
        }

        return found;
    }

    private static bool TryRead(AdminFieldKind kind, string text, out object value)
    {
        value = text;
        switch (kind)
        {
            case AdminFieldKind.Integer:
                var isInteger = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer);
                value = integer;
                return isInteger;
            case AdminFieldKind.Decimal:
                var result = DecimalText.Parse(Encoding.UTF8.GetBytes(text), out var units);
                value = units;
                return result == DecimalResult.Parsed;
            case AdminFieldKind.Flag:
                value = text == "true";
                return text is "true" or "false";
            default:
                return text.Length > 0;
        }
    }
}
