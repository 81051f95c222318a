using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>A gateway that keeps the commands that travel as payload; the test completes them, in the order in which they came.</summary>
internal sealed class FakeGateway : ICommandGateway
{
    private readonly Queue<TaskCompletionSource<CommandReply>> _pending = new();

    /// <summary>Answers every command that there is no room.</summary>
    public bool IsFull { get; set; }

    public List<(CommandType Type, byte[] Payload, ClaimClass ClaimClass)> Submitted { get; } = [];

    public bool TrySubmit(ref CommandSlot command, ClaimClass claimClass, out ValueTask<CommandReply> reply) =>
        throw new NotSupportedException("only commands that travel as payload");

    public bool TrySubmit(CommandType type, ReadOnlySpan<byte> payload, ClaimClass claimClass, out ValueTask<CommandReply> reply)
    {
        reply = default;
        if (IsFull)
        {
            return false;
        }

        Submitted.Add((type, payload.ToArray(), claimClass));
        var pending = new TaskCompletionSource<CommandReply>();
        _pending.Enqueue(pending);
        reply = new ValueTask<CommandReply>(pending.Task);
        return true;
    }

    public Reply Complete(RejectReason reject, byte[] records)
    {
        var reply = new Reply(reject, records);
        _pending.Dequeue().SetResult(reply);
        return reply;
    }

    public void Fail(Exception exception) => _pending.Dequeue().SetException(exception);

    internal sealed class Reply(RejectReason reject, byte[] records) : CommandReply
    {
        public int DisposeCount { get; private set; }

        public override int Token => 0;

        public override RejectReason Reject { get; } = reject;

        public override long Sequence => new Record(records).Sequence;

        public override long TimeUs => new Record(records).TimeUs;

        public override ReadOnlySpan<byte> Records => records;

        protected override void Release() => DisposeCount++;
    }
}
