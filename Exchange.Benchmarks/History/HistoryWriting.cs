using System.Diagnostics;
using System.Globalization;
using Exchange.Accounts;
using Exchange.Benchmarks.Durable;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Replication;
using Exchange.Replication.Following;
using Exchange.Replication.Sql;
using Exchange.Risk;

namespace Exchange.Benchmarks.History;

/// <param name="Elapsed">Of folding and writing, syncs included; not of making the records.</param>
/// <param name="CpuSeconds">Processor time of the same, on the writing thread: what a busy machine leaves of it aside.</param>
internal sealed record WrittenHistory(long Rows, long Records, int Batches, TimeSpan Elapsed, double CpuSeconds);

/// <summary>
/// Fills a history with what an engine makes of a stream of orders: of every four, one rests, one trades with it, one rests and is canceled, one
/// expires. Accounts take turns; their number is a prime, so that each gets every kind of order.
/// </summary>
internal static class HistoryWriting
{
    public const int Accounts = 997;

    private const long Epoch = 1;
    private const long StepUs = 100;
    private const long Price = 5_000_000;

    /// <summary>Journal time of an order, microseconds.</summary>
    public static long TimeOf(long number) => number * StepUs;

    public static int AccountOf(int number) => number % Accounts + 1;

    public static string NameOf(int number) => "x-bench-" + number.ToString("D12", CultureInfo.InvariantCulture);

    public static WrittenHistory Run(ISqlDatabase database, int orders)
    {
        var batchRows = new FollowingOptions().BatchUnits;
        var replicator = new SqlReplicator(() => database.OpenForWriting(database.Place), new SqlOptions().OpenOrdersCached);
        using var engine = new MatchingEngine<RiskPort, LedgerPort>(new RiskPort(new RiskState()), new LedgerPort(new Ledger()));
        var buffer = new byte[engine.MaxRecordLength];
        var sequence = 0L;
        var rows = 0L;
        var batches = 0;
        var elapsed = TimeSpan.Zero;
        var cpuNs = 0L;

        replicator.Open();
        Payload(CommandType.Genesis, GenesisCommand.Default(ExchangeMode.Sandbox).ToBytes());
        Payload(CommandType.AddSymbol, AddSymbolCommand.ToBytes(Spec));
        for (var account = 1; account <= Accounts; account++)
        {
            Payload(CommandType.OpenAccount, new OpenAccountCommand { Deposits = [new(0, 1L << 44), new(1, 1L << 48)] }.ToBytes());
        }

        for (var number = 0; number < orders; number++)
        {
            Place(number, (number & 3) switch { 0 => Side.Sell, _ => Side.Buy }, (number & 3) switch { 0 or 1 => Price, _ => Price - 1_000 });
            if ((number & 3) == 2)
            {
                Execute(new CommandSlot { Type = CommandType.CancelOrder, AccountId = AccountOf(number), OrderId = number + 1 }, [], TimeOf(number));
            }
        }

        Commit();
        replicator.Close();
        return new WrittenHistory(rows, sequence, batches, elapsed, cpuNs / 1e9);

        void Payload(CommandType type, byte[] body) => Execute(new CommandSlot { Type = type }, body, 0);

        void Place(int number, Side side, long price) => Execute(
            new CommandSlot
            {
                Type = CommandType.PlaceOrder,
                AccountId = AccountOf(number),
                Side = side,
                OrderType = OrderType.Limit,
                TimeInForce = (number & 1) == 0 ? TimeInForce.Gtc : TimeInForce.Ioc,
                Price = price,
                Quantity = 1_000,
                ClientOrderId = ClientOrderId.From(NameOf(number)),
            },
            [],
            TimeOf(number));

        void Execute(CommandSlot command, byte[] payload, long timeUs)
        {
            command.SlotCount = 1;
            command.ReplyToken = CommandSlot.NoReply;
            var record = new Record(buffer.AsSpan(0, engine.Execute(ref command, payload, ++sequence, timeUs, buffer)));
            ThrowIfRejected(record);
            var started = Stopwatch.GetTimestamp();
            var startedNs = ProcessorTime.OfThisThreadNs();
            replicator.Apply(Epoch, record);
            if (replicator.PendingCount >= batchRows)
            {
                Commit();
            }

            cpuNs += ProcessorTime.OfThisThreadNs() - startedNs;
            elapsed += Stopwatch.GetElapsedTime(started);
        }

        void Commit()
        {
            rows += replicator.PendingCount;
            batches++;
            replicator.Commit(new JournalPosition(Epoch, sequence, 0, 0));
        }
    }

    private static void ThrowIfRejected(in Record record)
    {
        var events = record.Events;
        if (events.MoveNext() && events.Type == EventType.CommandRejected)
        {
            throw new InvalidOperationException($"the engine refuses {record.CommandType} {record.Sequence}: {events.As<CommandRejected>().Reason}");
        }
    }

    private static SymbolSpec Spec { get; } = new()
    {
        Name = "BTCUSDT",
        BaseAsset = "BTC",
        QuoteAsset = "USDT",
        TickSize = 1_000_000,
        MinPrice = 1_000_000,
        MaxPrice = 1_000_000 * FixedPoint.One,
        LotSize = 1_000,
        MinQuantity = 1_000,
        MaxQuantity = 9_000 * FixedPoint.One,
        MaxNumOrders = 1_000_000,
    };
}
