using Exchange.Matching.Commands;
using Exchange.Matching.Events;

namespace Exchange.Tests.Support.Aws;

/// <summary>What a consumer must see of a journal, found by counting its events, without the code that sends them.</summary>
internal static class ExpectedEvents
{
    /// <summary>Returns sequence and type of every order event of each account, in order.</summary>
    public static Dictionary<int, List<(long Sequence, string Type)>> ByAccount(IEnumerable<byte[]> records)
    {
        var expected = new Dictionary<int, List<(long Sequence, string Type)>>();
        foreach (var bytes in records)
        {
            var record = new Record(bytes);
            if (!record.CommandType.IsTrading())
            {
                continue;
            }

            var events = record.Events;
            while (events.MoveNext())
            {
                switch (events.Type)
                {
                    case EventType.BookUpdated:
                        break;
                    case EventType.CommandRejected:
                        Add(record.AccountId, record.Sequence, "RequestRejected");
                        break;
                    case EventType.TradeExecuted:
                        Add(record.AccountId, record.Sequence, "OrderTraded");
                        Add(events.As<TradeExecuted>().MakerAccountId, record.Sequence, "OrderTraded");
                        break;
                    default:
                        Add(record.AccountId, record.Sequence, $"{events.Type}");
                        break;
                }
            }
        }

        return expected;

        void Add(int accountId, long sequence, string type)
        {
            if (!expected.TryGetValue(accountId, out var events))
            {
                expected.Add(accountId, events = []);
            }

            events.Add((sequence, type));
        }
    }
}
