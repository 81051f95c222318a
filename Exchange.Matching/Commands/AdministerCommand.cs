using System.Text;

namespace Exchange.Matching.Commands;

/// <summary>
/// A request of an operator: one administrative command with who asked, why, and under which id. The id makes a retry harmless: a request
/// that has taken effect is not executed again while its id is remembered (<see cref="Administration.RequestTable"/>).
/// <code>
/// offset size
///      0    2  operator id; 0 is the sandbox itself, refused in a venue
///      2   16  request id, the caller's, not 0
///     18    2  length of the reason, 1 to 256
///     20    n  reason, UTF-8
///   20+n    1  type of the request (see CommandTypeExtensions.IsRequest)
///   21+n       its body, to the end
/// </code>
/// </summary>
public readonly ref struct AdministerCommand
{
    /// <summary>The operator id of a sandbox's own doings.</summary>
    public const int SandboxOperator = 0;

    /// <summary>Most bytes of a reason.</summary>
    public const int MaxReasonLength = 256;

    private const int ReasonOffset = 18;

    public int OperatorId { get; private init; }

    public UInt128 RequestId { get; private init; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Reason { get; private init; }

    public CommandType RequestType { get; private init; }

    public ReadOnlySpan<byte> Request { get; private init; }

    /// <exception cref="ArgumentException">The reason's length or the request's type is out of range: callers check first.</exception>
    public static byte[] ToBytes(int operatorId, UInt128 requestId, string reason, CommandType requestType, ReadOnlySpan<byte> request)
    {
        var reasonBytes = Encoding.UTF8.GetBytes(reason);
        if (reasonBytes.Length is < 1 or > MaxReasonLength || requestId == 0 || !requestType.IsRequest())
        {
            throw new ArgumentException($"{requestType} with a reason of {reasonBytes.Length} bytes and id {requestId} is no request");
        }

        var bytes = new byte[ReasonOffset + 2 + reasonBytes.Length + 1 + request.Length];
        var writer = new BodyWriter(bytes);
        writer.UInt16(operatorId);
        writer.Int64((long)(ulong)requestId);
        writer.Int64((long)(ulong)(requestId >> 64));
        writer.Bytes(reasonBytes);
        writer.Byte((byte)requestType);
        writer.Fixed(request);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed; the request's own body is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out AdministerCommand command)
    {
        var reader = new BodyReader(body);
        command = new AdministerCommand
        {
            OperatorId = reader.UInt16(),
            RequestId = (ulong)reader.Int64() | ((UInt128)(ulong)reader.Int64() << 64),
            Reason = reader.Bytes(),
            RequestType = (CommandType)reader.Byte(),
            Request = reader.Rest(),
        };
        return reader.IsComplete
            && command.RequestId != 0
            && command.Reason.Length is >= 1 and <= MaxReasonLength
            && command.RequestType.IsRequest();
    }

    /// <summary>Returns the type of the request in a body, or none (0) when it is malformed.</summary>
    public static CommandType RequestTypeOf(ReadOnlySpan<byte> body) => TryRead(body, out var command) ? command.RequestType : default;

    /// <summary>Returns the body of the request in a body, empty when it is malformed.</summary>
    public static ReadOnlySpan<byte> RequestOf(ReadOnlySpan<byte> body) => TryRead(body, out var command) ? command.Request : default;
}
