using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Property;

/// <summary>
/// Random requests of operators between random orders: the journal replays to the same state and views, and a snapshot taken anywhere, also
/// between the records of a kill switch, goes on as the original.
/// </summary>
[TestFixture]
public sealed class AdministrationReplayTests
{
    private const int Accounts = 6;
    private const int Symbols = 3;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void What_operators_do_survives_journal_and_snapshot(int seed)
    {
        var random = new Random(seed);
        using var original = new BareExchange();
        using var copy = new BareExchange();
        List<byte[]> records = [];
        var isCopied = false;
        var rejects = new HashSet<RejectReason>();
        foreach (var command in Commands(random))
        {
            Step(exchange => exchange.Begin);
            while (original.Engine.HasPendingWork)
            {
                if (!isCopied && records.Count > 700)
                {
                    copy.LoadSnapshot(original.SaveSnapshot(), original.Sequence);
                    isCopied = true;
                }

                Step(exchange => (_, onRecord) => exchange.Continue(command.TimeUs, onRecord));
            }

            void Step(Func<BareExchange, Action<StreamCommand, Action<byte[]>?>> execute)
            {
                execute(original)(command, records.Add);
                if (isCopied)
                {
                    execute(copy)(command, record => Assert.That(record, Is.EqualTo(records[^1]), $"record {original.Sequence}"));
                }
            }
        }

        Assert.That(isCopied, Is.True, "a snapshot was taken between the records of one command");
        Assert.That(original.Engine.FindInconsistency(), Is.Null);
        AssertEqual(copy, original);

        rejects.UnionWith(original.Operators.Audit(10_000, long.MaxValue).Select(entry => entry.Reject));
        Assert.That(rejects, Is.SupersetOf((RejectReason[])
            [RejectReason.None, RejectReason.NoChange, RejectReason.RequestIdReused, RejectReason.OperatorNotPermitted, RejectReason.InsufficientBalance]));

        var disk = new FaultyDisk();
        using (var appender = StreamJournal.Open(disk, JournalEnd.Empty))
        {
            foreach (var record in records)
            {
                appender.Append(record);
                if (random.Next(4) == 0)
                {
                    appender.Commit();
                }
            }

            appender.Commit();
        }

        using var recovered = new BareExchange();
        recovered.Recover(disk);
        AssertEqual(recovered, original);
    }

    private static IEnumerable<StreamCommand> Commands(Random random)
    {
        yield return Requests.Payload(CommandType.Genesis, (GenesisCommand.Default(ExchangeMode.Venue) with { WorkLimit = 2 }).ToBytes(), 0);
        yield return Requests.Appoint();
        yield return Requests.Of(1, CommandType.AddAsset, new AddAssetCommand("OTHER", 3).ToBytes());
        for (var i = 0; i < Symbols; i++)
        {
            yield return Requests.Of((UInt128)(10 + i), CommandType.AddSymbol, AddSymbolCommand.ToBytes(SampleSymbols.Spec with { Name = $"COIN{i}" }));
        }

        for (var i = 0; i < Accounts; i++)
        {
            var funds = new OpenAccountCommand { Deposits = [new AssetAmount(1, 1_000_000), new AssetAmount(2, 1_000_000)] };
            yield return Requests.Of((UInt128)(20 + i), CommandType.OpenAccount, funds.ToBytes());
        }

        yield return Requests.Of(40, CommandType.CreateOperator, new CreateOperatorCommand("clerk", OperatorRole.Operator, Requests.TokenHash("clerk")).ToBytes());
        for (var i = 2; i < 2_000; i++)
        {
            var account = random.Next(1, Accounts + 1);
            var symbol = random.Next(Symbols);
            if (random.Next(4) != 0)
            {
                var side = (Side)random.Next(2);
                yield return Requests.Trading(CommandSlots.Limit(account, side, random.Next(1, 20), random.Next(1, 5), symbolId: symbol), i);
                continue;
            }

            // Ids from a small range, so that some are used again, for the same and for another request.
            var id = (UInt128)(100 + random.Next(random.Next(2) == 0 ? 400 : 1_000_000));
            var (type, request) = Request(random, account, symbol, i);
            yield return Requests.Of(id, type, request, random.Next(1, 3), $"reason {i}", i);
        }
    }

    private static (CommandType Type, byte[] Request) Request(Random random, int account, int symbol, int number)
    {
        var isYes = random.Next(3) != 0;
        var anySymbol = random.Next(5) == 0 ? TradingCommandCodec.NoSymbol : symbol;
        var key = System.Text.Encoding.ASCII.GetBytes($"key{random.Next(40)}");
        return random.Next(10) switch
        {
            0 => (CommandType.AdjustBalance, new AdjustBalanceCommand(account, random.Next(1, 3), random.Next(-1_500_000, 400_000)).ToBytes()),
            1 => (CommandType.SetHalt, new SetHaltCommand(anySymbol, !isYes).ToBytes()),
            2 => (CommandType.CancelOrders, new CancelOrdersCommand(random.Next(3) == 0 ? 0 : account, anySymbol, random.Next(6) == 0).ToBytes()),
            3 => (CommandType.SetAccount, new SetAccountCommand(account, isYes).ToBytes()),
            4 => (CommandType.AddApiKey, new AddApiKeyCommand(account, ApiKeyPermissions.All, key, [1, 2, 3]).ToBytes()),
            5 => (CommandType.SetApiKey, new SetApiKeyCommand(key, isYes).ToBytes()),
            6 => (CommandType.SetOrderLimits, new SetOrderLimitsCommand(account, random.Next(50, 90), 0).ToBytes()),
            7 => (CommandType.CreateOperator,
                new CreateOperatorCommand($"op{random.Next(20)}", OperatorRole.Auditor, Requests.TokenHash($"token {number}")).ToBytes()),
            8 => (CommandType.SetOperator, new SetOperatorCommand(random.Next(3, 10), isYes).ToBytes()),
            _ => (CommandType.ReplaceOperatorToken, new ReplaceOperatorTokenCommand(random.Next(3, 10), Requests.TokenHash($"new {number}")).ToBytes()),
        };
    }

    private static void AssertEqual(BareExchange copy, BareExchange original)
    {
        Assert.That(copy.Engine.ComputeStateHash(), Is.EqualTo(original.Engine.ComputeStateHash()));
        Assert.That(copy.ViewsText(), Is.EqualTo(original.ViewsText()));
        Assert.That(copy.SaveSnapshot(), Is.EqualTo(original.SaveSnapshot()));
    }
}
