using System.Globalization;
using Exchange.Matching.Journal;
using Exchange.Replication;
using Exchange.Replication.Aws;
using Exchange.Replication.Following;
using Exchange.Replication.Messages;
using Exchange.Replication.Sqs;
using Exchange.Tests.Support.Aws;

namespace Exchange.Tests.Support.CrashReplicator;

/// <summary>
/// A process that sends a journal's order events to a queue and kills itself (SIGKILL) right before the step (a request, or one of writing the
/// position) that it was told, or ends with 0 at the journal's end.
/// </summary>
internal static class CrashSenderProgram
{
    public const string Command = "crash-sender";
    public const string Usage = "DATA-DIRECTORY SQS-URL QUEUE LAST-SEQUENCE BATCH-MESSAGES STEP";

    public static int Run(string[] arguments)
    {
        var numbers = arguments[3..].Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (end, batchMessages, fatalStep) = (numbers[0], (int)numbers[1], numbers[2]);
        var step = 0L;
        var storage = new FileStorage(arguments[0], JournalSyncMethod.Fdatasync, _ => { });
        var client = TestAws.Clients(new Uri(arguments[1])).NewJson(AwsJsonService.Sqs);
        using var sender = new EventReplicator(
            new SqsQueue(client, new SqsOptions { Queue = arguments[2], Create = true }), () => storage, requestsAtOnce: 4, batchMessages, _ => KillAt(++step));
        using var follower = new JournalFollower(sender, storage, () => end, int.MaxValue);
        while (follower.Step())
        {
        }

        return 0;

        void KillAt(long number)
        {
            if (number == fatalStep)
            {
                NativeCalls.Kill(Environment.ProcessId);
            }
        }
    }
}
