using System.Globalization;
using Exchange.Matching.Journal;
using Exchange.Matching.Ports;
using Exchange.Replication.Following;

namespace Exchange.Tests.Support.CrashReplicator;

/// <summary>
/// A process that follows a journal into a store (a history's address, <c>redis|ADDRESS|PREFIX</c>, or <c>dynamodb|URL|PREFIX</c>) and kills itself (SIGKILL) right before the write that it was told, or ends with 0 at the
/// journal's end.
/// </summary>
internal static class CrashReplicatorProgram
{
    public const string Command = "crash-replicator";
    public const string Usage = "DATA-DIRECTORY STORE LAST-SEQUENCE BATCH-ROWS WRITE";

    public static int Run(string[] arguments)
    {
        var numbers = arguments[2..].Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (end, batchRows, fatalWrite) = (numbers[0], (int)numbers[1], numbers[2]);
        var write = 0L;
        var storage = new FileStorage(arguments[0], JournalSyncMethod.Fdatasync, _ => { });
        using var follower = new JournalFollower(NewReplicator(arguments[1], storage, _ => KillAt(++write)), storage, () => end, batchRows);
        while (follower.Step())
        {
        }

        return 0;

        void KillAt(long number)
        {
            if (number == fatalWrite)
            {
                NativeCalls.Kill(Environment.ProcessId);
            }
        }
    }

    private static IReplicator NewReplicator(string store, IStorage journal, Action<string> beforeWrite) =>
        store.Split('|') switch
        {
            [RedisTestStore.Kind, var address, var prefix] => new RedisTestStore(journal, address, prefix).NewReplicator(beforeWrite),
            [DynamoDbTestStore.Kind, var url, var prefix] => new DynamoDbTestStore(journal, new Uri(url), prefix).NewReplicator(beforeWrite),
            _ => HistoryStore.At(store).NewReplicator(beforeWrite),
        };
}
