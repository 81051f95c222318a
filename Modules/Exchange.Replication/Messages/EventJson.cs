using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Replication.Messages;

/// <summary>
/// Writes the JSON objects of one record's events: the same head for all, then what the event has. Prices, quantities and amounts are decimal
/// numbers in strings, exact and without trailing zeros. One thread.
/// </summary>
internal sealed class EventJson : IDisposable
{
    private const string Decimals = "0.########";

    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly Utf8JsonWriter _writer;
    private List<EventMessage> _messages = [];
    private long _epoch;
    private long _sequence;
    private long _timeUs;
    private int _index;
    private bool _isTrading;

    private string _type = "";
    private int? _accountId;
    private string? _symbol;

    public EventJson() => _writer = new Utf8JsonWriter(_bytes);

    /// <summary>Begins a record, whose messages go to <paramref name="messages"/>.</summary>
    public void BeginRecord(long epoch, in Record record, List<EventMessage> messages)
    {
        (_epoch, _sequence, _timeUs, _index, _messages) = (epoch, record.Sequence, record.TimeUs, 0, messages);
        _isTrading = record.CommandType.IsTrading();
    }

    /// <summary>Begins a message; its fields follow, then <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(string type, int? accountId, string? symbol)
    {
        (_type, _accountId, _symbol) = (type, accountId, symbol);
        _bytes.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("eventId", Id.ToString());
        _writer.WriteNumber("epoch", _epoch);
        _writer.WriteNumber("sequence", _sequence);
        _writer.WriteNumber("index", _index);
        _writer.WriteString("time", DateTime.UnixEpoch.AddMicroseconds(_timeUs));
        if (accountId is { } account)
        {
            _writer.WriteNumber("accountId", account);
        }

        if (symbol is not null)
        {
            _writer.WriteString("symbol", symbol);
        }

        return _writer;
    }

    public void End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        _messages.Add(new EventMessage(_type, _accountId, _symbol, Id, _timeUs, _bytes.WrittenSpan.ToArray()) { IsTrading = _isTrading });
        _index++;
    }

    /// <param name="ticks">Price.</param>
    public void Price(string name, Symbol symbol, long ticks) => Fixed(name, ticks * symbol.Spec.TickSize, FixedPoint.Scale);

    /// <param name="lots">Quantity.</param>
    public void Quantity(string name, Symbol symbol, long lots) => Fixed(name, lots * symbol.Spec.LotSize, FixedPoint.Scale);

    /// <param name="units">Amount, units of the asset.</param>
    public void Amount(string name, Asset asset, long units) => Fixed(name, units, asset.Scale);

    public void Dispose() => _writer.Dispose();

    private EventId Id => new(_epoch, _sequence, _index);

    private void Fixed(string name, long number, int scale)
    {
        Span<byte> text = stackalloc byte[32];
        var value = (decimal)number / FixedPoint.PowerOfTen(scale);
        Invariant.That(value.TryFormat(text, out var length, Decimals, CultureInfo.InvariantCulture), "20 digits and a point fit");
        _writer.WriteString(name, text[..length]);
    }
}
