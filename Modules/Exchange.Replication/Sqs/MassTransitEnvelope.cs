using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Exchange.Replication.Messages;

namespace Exchange.Replication.Sqs;

/// <summary>
/// Wraps a message in MassTransit's JSON envelope (`application/vnd.masstransit+json`), so that any consumer built on MassTransit reads it. The same
/// event gives the same bytes, its message id included, however often it is sent. One thread.
/// </summary>
/// <param name="queue">For the destination address.</param>
internal sealed class MassTransitEnvelope(string queue) : IDisposable
{
    /// <summary>Content type of the body, in the message attribute `Content-Type`.</summary>
    public const string ContentType = "application/vnd.masstransit+json";

    /// <summary>The namespace of the message types; with the type's name it is a contract that never changes.</summary>
    public const string Namespace = "Exchange.Contracts";

    /// <summary>What all message types are besides their own: for consumers that take every event.</summary>
    private const string CommonType = "OrderEvent";

    // Bytes of a UUID (RFC 9562) that hold its version and variant, as they stand in its text.
    private const int VersionByte = 6;
    private const int VariantByte = 8;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly Utf8JsonWriter _writer = new(Stream.Null);

    /// <summary>Returns the envelope as text.</summary>
    public string Wrap(in EventMessage message)
    {
        _bytes.ResetWrittenCount();
        _writer.Reset(_bytes);
        _writer.WriteStartObject();
        _writer.WriteString("messageId", MessageId(message.Id));
        _writer.WriteString("destinationAddress", $"queue:{queue}");
        _writer.WriteStartArray("messageType");
        _writer.WriteStringValue($"urn:message:{Namespace}:{message.Type}");
        _writer.WriteStringValue($"urn:message:{Namespace}:{CommonType}");
        _writer.WriteEndArray();
        _writer.WritePropertyName("message");
        _writer.WriteRawValue(message.Json.Span, skipInputValidation: true);
        _writer.WriteString("sentTime", DateTime.UnixEpoch.AddMicroseconds(message.TimeUs));
        _writer.WriteStartObject("headers");
        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.Flush();
        return Encoding.UTF8.GetString(_bytes.WrittenSpan);
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>A UUID of version 8, made of the event's id: inboxes that keep message ids recognise what comes again.</summary>
    private static Guid MessageId(EventId id)
    {
        var bytes = SHA256.HashData(Encoding.ASCII.GetBytes($"{Namespace}:{id}")).AsSpan(0, 16);
        bytes[VersionByte] = (byte)((bytes[VersionByte] & 0x0F) | 0x80);
        bytes[VariantByte] = (byte)((bytes[VariantByte] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
