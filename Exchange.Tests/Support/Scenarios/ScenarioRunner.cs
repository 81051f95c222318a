using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Scenarios;

/// <summary>
/// Plays a scenario on any exchange and compares what happens with what it says; after every step the exchange's own invariants are
/// checked too. The language stands in `Exchange.Tests/Scenarios/README.md`.
/// </summary>
public sealed partial class ScenarioRunner
{
    private readonly Func<GenesisCommand, IScenarioExchange> _create;
    private readonly ScenarioMarket _market = new();
    private readonly ScenarioText _text;
    private GenesisCommand _genesis = GenesisCommand.Default(ExchangeMode.Sandbox);
    private IScenarioExchange? _exchange;
    private long _timeUs = 20_000 * 86_400_000_000L;

    private ScenarioRunner(Func<GenesisCommand, IScenarioExchange> create)
    {
        _create = create;
        _text = new ScenarioText(_market);
    }

    private IScenarioExchange Exchange => _exchange ??= _create(_genesis);

    /// <summary>Plays the whole scenario.</summary>
    /// <param name="create">Makes the exchange, with the limits that the scenario asks for.</param>
    /// <exception cref="ScenarioException">The first difference, or the first line that cannot be understood.</exception>
    public static void Run(Scenario scenario, Func<GenesisCommand, IScenarioExchange> create)
    {
        var runner = new ScenarioRunner(create);
        foreach (var step in scenario.Steps)
        {
            runner.Play(step);
            runner._exchange?.CheckInvariants();
        }
    }

    private void Play(ScenarioStep step)
    {
        var words = new ScenarioWords(step);
        var first = words.Next("a step");
        switch (first)
        {
            case "exchange":
                ReadLimits(words, step);
                break;
            case "symbol":
                AddSymbol(words, step);
                break;
            case "account":
                OpenAccount(words, step);
                break;
            case "wait":
                Wait(words, step);
                break;
            case "quarantine":
            case "release":
                SetQuarantine(words, step, cancelOnly: first == "quarantine");
                break;
            case "book":
                CompareBook(words, step);
                break;
            case "balances":
                CompareBalances(words, step);
                break;
            default:
                PlayOf(_market.Account(first, step), words, step);
                break;
        }

        words.ExpectEnd();
    }

    /// <summary>Plays a step that an account takes: an order, a change of one, a deposit or withdrawal.</summary>
    private void PlayOf(int accountId, ScenarioWords words, ScenarioStep step)
    {
        var verb = words.Next("what the account does");
        switch (verb)
        {
            case "buys":
            case "sells":
                var placement = ReadPlacement(accountId, verb == "buys" ? Side.Buy : Side.Sell, words, step, out var placedOn);
                Execute(placement, placedOn, step);
                break;
            case "cancels":
            case "reduces":
            case "moves":
                var change = ReadChange(accountId, verb, words, step, out var changedOn);
                Execute(change, changedOn, step);
                break;
            case "deposits":
            case "withdraws":
                var amount = words.Number("an amount");
                var asset = _market.Asset(words.Next("an asset"), step);
                var units = ScenarioMarket.Units(asset, amount, step);
                CompareSetUp(step, Exchange.AdjustBalance(new AdjustBalanceCommand(accountId, asset.Id, verb == "deposits" ? units : -units), _timeUs));
                break;
            default:
                throw step.Error($"'{verb}' is nothing that an account does");
        }
    }

    private void Execute(in CommandSlot command, Symbol symbol, ScenarioStep step)
    {
        var outcome = Exchange.Execute(command, _timeUs);
        if (command.Type == CommandType.PlaceOrder && outcome[0] is Accepted accepted)
        {
            _market.AddOrder(command.AccountId, command.ClientOrderId.ToString(), accepted.OrderId);
        }

        // A moved order tells its side itself; the other changes name the side in every event.
        var side = outcome[0] is Moved moved ? moved.Side : command.Side;
        var lines = outcome.Select(change => _text.Line(change, symbol, side)).OfType<string>().ToList();
        if (step.Expected.Count == 0)
        {
            if (outcome[0] is Rejected)
            {
                throw step.Error($"expected to be accepted, but was: {lines[0]}");
            }

            return;
        }

        if (!step.Expected.Exists(IsUpdate))
        {
            lines.RemoveAll(IsUpdate);
        }

        Compare(step, lines);
    }

    private void CompareBook(ScenarioWords words, ScenarioStep step)
    {
        var symbol = words.IsAtEnd ? _market.FirstSymbol(step) : _market.Symbol(words.Next("a symbol"), step);
        var bids = Exchange.OpenOrders(symbol.Id, Side.Buy);
        var asks = Exchange.OpenOrders(symbol.Id, Side.Sell);
        CheckLevels(Exchange.Levels(symbol.Id, Side.Buy), bids, step);
        CheckLevels(Exchange.Levels(symbol.Id, Side.Sell), asks, step);
        Compare(step, _text.Book(symbol, bids, asks));
    }

    private void CompareBalances(ScenarioWords words, ScenarioStep step)
    {
        words.ExpectEnd();
        List<string> lines = [];
        foreach (var expected in step.Expected)
        {
            var name = expected.Split('|')[0].Trim();
            var accountId = name == "fees" ? 0 : _market.Account(name, step);
            var funds = _text.Funds(asset =>
                name == "fees" ? new Funds(Exchange.FeesCollected(asset.Id), 0) : Exchange.Balance(accountId, asset.Id));
            lines.Add($"{name} | {funds}");
        }

        if (lines.Count == 0)
        {
            throw step.Error("name the accounts below, each with its funds");
        }

        Compare(step, lines);
    }

    private static bool IsUpdate(string line) => line.StartsWith("update ", StringComparison.Ordinal);

    private static void CheckLevels(IReadOnlyList<LevelTotal> levels, IReadOnlyList<RestingOrder> orders, ScenarioStep step)
    {
        var totals = orders.GroupBy(order => order.Price).Select(level => new LevelTotal(level.Key, level.Sum(order => order.Leaves)));
        if (!levels.SequenceEqual(totals))
        {
            throw step.Error($"the levels ({string.Join(", ", levels)}) are not the sums of the orders");
        }
    }

    /// <summary>Compares the outcome of a set-up step: accepted unless it says otherwise.</summary>
    private static void CompareSetUp(ScenarioStep step, IReadOnlyList<ExchangeEvent> outcome) =>
        Compare(step, outcome[0] is Rejected rejected ? [$"rejected {rejected.Reason}"] : []);

    private static void Compare(ScenarioStep step, List<string> actual)
    {
        var isEqual = step.Expected.Select(ScenarioText.Normalize).SequenceEqual(actual.Select(ScenarioText.Normalize));
        if (!isEqual)
        {
            throw step.Error($"expected:\n{Indent(step.Expected)}\nactual:\n{Indent(actual)}");
        }
    }

    private static string Indent(List<string> lines) =>
        lines.Count == 0 ? "  (nothing)" : string.Join('\n', lines.Select(line => "  " + line));
}
