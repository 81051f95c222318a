using System.Security.Cryptography;
using System.Text;
using Exchange.Matching.Commands;

namespace Exchange.Tests.Support;

/// <summary>Requests of operators in short form: ids and reasons as a test needs them.</summary>
internal static class Requests
{
    /// <summary>The administrator that <see cref="Appoint"/> makes first.</summary>
    public const int Administrator = 1;

    /// <summary>An operator's request. Journal time 1 unless told.</summary>
    public static StreamCommand Of(
        UInt128 requestId, CommandType type, byte[] request, int operatorId = Administrator, string reason = "a test", long timeUs = 1) =>
        Payload(CommandType.Administer, AdministerCommand.ToBytes(operatorId, requestId, reason, type, request), timeUs);

    public static StreamCommand Appoint(string name = "root", string token = "token of root") =>
        Payload(CommandType.AppointOperator, new AppointOperatorCommand(name, TokenHash(token)).ToBytes(), 1);

    public static StreamCommand Payload(CommandType type, byte[] body, long timeUs) =>
        new(new CommandSlot { Type = type, SlotCount = 1, ReplyToken = CommandSlot.NoReply }, body, timeUs);

    public static StreamCommand Trading(CommandSlot slot, long timeUs = 1) => new(slot, [], timeUs);

    public static byte[] TokenHash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));
}
