using Exchange.Matching.Commands;
using Exchange.Matching.Journal;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Determinism;

/// <summary>
/// A journal of any length, determined by its seed: the random stream of <see cref="CommandGenerator"/> through the real engine, with every
/// administrative command in between. Few orders rest and few accounts trade, so that hashing the whole state a thousand times is cheap.
/// </summary>
internal static class LongJournal
{
    /// <summary>Records between two hashes of the state; a group of the journal ends behind each of them.</summary>
    public const int HashInterval = 10_000;

    private const int AdministrationInterval = 4_000;
    private const int TradingAccounts = 36;
    private const int TradingAssets = 5;
    private const int Clerk = 2;

    /// <summary>Writes the journal of a data directory; tells the state hash behind every <see cref="HashInterval"/> records, and behind the last.</summary>
    public static void Write(string directory, int records, ulong seed, Action<long, ulong> onHash, long segmentBytes = JournalFormat.DefaultSegmentBytes)
    {
        var storage = new FileStorage(directory, JournalSyncMethod.Fdatasync, _ => { });
        using var appender = new JournalAppender(storage, JournalEnd.Empty, epoch: 1, new JournalOptions { BuildId = "test build", SegmentBytes = segmentBytes });
        var sequence = 0L;
        EngineExchange? exchange = null;

        void Append(ReadOnlyMemory<byte> record)
        {
            if (appender.FreeBytes < record.Length)
            {
                appender.Commit();
            }

            appender.Append(record.Span);
            if (++sequence % HashInterval == 0)
            {
                appender.Commit();
                onHash(sequence, exchange!.Engine.ComputeStateHash());
            }
        }

        var generator = new CommandGenerator(seed);
        exchange = new EngineExchange(CommandGenerator.Genesis, Append);
        using (exchange)
        {
            for (var commands = 1; sequence < records; commands++)
            {
                var command = generator.Next();
                generator.Observe(command, command.ApplyTo(exchange));
                if (commands % AdministrationInterval == 0)
                {
                    foreach (var administration in Administration(commands, command.TimeUs))
                    {
                        exchange.Administer(administration);
                    }
                }
            }

            appender.Commit();
            onHash(sequence, exchange.Engine.ComputeStateHash());
        }
    }

    /// <summary>A round of administration: everybody gets funds back that fees have taken, and each kind of request comes once.</summary>
    private static IEnumerable<StreamCommand> Administration(int round, long timeUs)
    {
        for (var account = 1; account <= TradingAccounts; account++)
        {
            for (var asset = 0; asset < TradingAssets; asset++)
            {
                yield return Payload(CommandType.AdjustBalance, new AdjustBalanceCommand(account, asset, account % 4 == 0 ? 10_000 : 100_000_000_000).ToBytes());
            }
        }

        var name = $"clerk{round}";
        yield return Payload(CommandType.AppointOperator, new AppointOperatorCommand("root", Requests.TokenHash($"{round}")).ToBytes());
        yield return Ask(1, CommandType.CreateOperator, new CreateOperatorCommand(name, OperatorRole.Operator, Requests.TokenHash(name)).ToBytes());
        yield return Ask(2, CommandType.ReplaceOperatorToken, new ReplaceOperatorTokenCommand(Clerk, Requests.TokenHash(name + "!")).ToBytes());
        yield return Ask(3, CommandType.SetOperator, new SetOperatorCommand(Clerk, IsEnabled: round % 8_000 != 0).ToBytes());
        yield return Ask(4, CommandType.AddAsset, new AddAssetCommand($"A{round / AdministrationInterval % 50}", 4).ToBytes());
        yield return Ask(5, CommandType.AddApiKey, new AddApiKeyCommand(3, ApiKeyPermissions.Read, Ascii($"key{round % 100_000}"), [1, 2, 3]).ToBytes());
        yield return Ask(6, CommandType.SetApiKey, new SetApiKeyCommand(Ascii($"key{round % 100_000}"), IsEnabled: false).ToBytes());
        yield return Ask(7, CommandType.SetAccount, new SetAccountCommand(7, IsEnabled: round % 12_000 != 0).ToBytes());
        yield return Ask(8, CommandType.SetOrderLimits, new SetOrderLimitsCommand(11, round % 7, round % 1_000).ToBytes());
        yield return Ask(9, CommandType.SetHalt, new SetHaltCommand(1, IsHalted: true).ToBytes());
        yield return Ask(10, CommandType.SetHalt, new SetHaltCommand(1, IsHalted: false).ToBytes());
        yield return Ask(11, CommandType.CancelOrders, new CancelOrdersCommand(13, 0, Blocks: false).ToBytes());

        // Sent twice, as an operator does who did not see the answer.
        yield return Ask(11, CommandType.CancelOrders, new CancelOrdersCommand(13, 0, Blocks: false).ToBytes());

        StreamCommand Payload(CommandType type, byte[] body) => Requests.Payload(type, body, timeUs);

        StreamCommand Ask(int number, CommandType type, byte[] body) =>
            Requests.Of(((UInt128)round << 8) | (uint)number, type, body, AdministerCommand.SandboxOperator, $"round {round}", timeUs);
    }

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}
