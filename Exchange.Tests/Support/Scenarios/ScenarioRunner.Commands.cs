using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support.Scenarios;

/// <summary>The steps that become commands.</summary>
public sealed partial class ScenarioRunner
{
    private void ReadLimits(ScenarioWords words, ScenarioStep step)
    {
        if (_exchange is not null)
        {
            throw step.Error("the limits of the exchange come first");
        }

        while (!words.IsAtEnd)
        {
            _genesis = words.Next("a limit") switch
            {
                "sweep-levels" => _genesis with { SweepLevelLimit = words.Integer("a number of levels") },
                "resting-orders" => _genesis with { RestingOrderLimit = words.Integer("a number of orders") },
                "work" => _genesis with { WorkLimit = words.Integer("a number of trades") },
                var unknown => throw step.Error($"there is no limit '{unknown}'"),
            };
        }
    }

    private void AddSymbol(ScenarioWords words, ScenarioStep step)
    {
        var name = words.Next("a name");
        var assets = words.Next("BASE/QUOTE").Split('/');
        if (assets.Length != 2)
        {
            throw step.Error("write the assets as BASE/QUOTE");
        }

        words.Expect("tick");
        var tick = ScenarioMarket.FixedPointOf(words.Number("a price"));
        words.Expect("lot");
        var lot = ScenarioMarket.FixedPointOf(words.Number("a quantity"));
        var spec = new SymbolSpec
        {
            Name = name,
            BaseAsset = assets[0],
            QuoteAsset = assets[1],
            TickSize = tick,
            MinPrice = tick,
            MaxPrice = 100_000 * FixedPoint.One,
            LotSize = lot,
            MinQuantity = lot,
            MaxQuantity = 100_000 * FixedPoint.One,
            MakerFeePpm = 0,
            TakerFeePpm = 0,
        };
        while (!words.IsAtEnd)
        {
            spec = WithSetting(spec, words, step);
        }

        var outcome = Exchange.AddSymbol(spec, _timeUs);
        CompareSetUp(step, outcome);
        if (outcome.OfType<SymbolCreated>().SingleOrDefault() is { } created)
        {
            _market.AddSymbol(spec, created);
        }
    }

    private static SymbolSpec WithSetting(SymbolSpec spec, ScenarioWords words, ScenarioStep step)
    {
        var setting = words.Next("a setting");
        switch (setting)
        {
            case "prices":
                return spec with { MinPrice = Number(), MaxPrice = Number() };
            case "quantities":
                return spec with { MinQuantity = Number(), MaxQuantity = Number() };
            case "notional":
                return spec with { MinNotional = Number(), MaxNotional = Number() };
            case "market-notional":
                var applies = words.Next("none, min, max or both");
                return spec with { ApplyMinToMarket = applies is "min" or "both", ApplyMaxToMarket = applies is "max" or "both" };
            case "min-notional":
                return spec with { MinNotionalFilter = Number(), ApplyMinNotionalFilterToMarket = !words.TryTake("limit-only") };
            case "market-quantities":
                return spec with { MarketMinQuantity = Number(), MarketMaxQuantity = Number(), MarketLotSize = Number() };
            case "bid-band":
                return spec with { BidMultiplierDown = Number(), BidMultiplierUp = Number() };
            case "ask-band":
                return spec with { AskMultiplierDown = Number(), AskMultiplierUp = Number() };
            case "average-minutes":
                return spec with { AvgPriceMins = words.Integer("minutes") };
            case "max-orders":
                return spec with { MaxNumOrders = words.Integer("a number of orders") };
            case "maker-fee":
                return spec with { MakerFeePpm = words.Percent("the maker's fee") };
            case "taker-fee":
                return spec with { TakerFeePpm = words.Percent("the taker's fee") };
            case "scales":
                return spec with { BaseScale = words.Integer("decimals of the base asset"), QuoteScale = words.Integer("decimals of the quote asset") };
            default:
                throw step.Error($"a symbol has no setting '{setting}'");
        }

        long Number() => ScenarioMarket.FixedPointOf(words.Number(setting));
    }

    private void OpenAccount(ScenarioWords words, ScenarioStep step)
    {
        var name = words.Next("a name");
        var command = new OpenAccountCommand();
        while (!words.IsAtEnd)
        {
            if (words.TryTake("limit-10s"))
            {
                command = command with { OrderLimitPer10Seconds = words.Integer("a number of orders") };
            }
            else if (words.TryTake("limit-day"))
            {
                command = command with { OrderLimitPerDay = words.Integer("a number of orders") };
            }
            else
            {
                var amount = words.Number("an amount");
                var asset = _market.Asset(words.Next("an asset").TrimEnd(','), step);
                command = command with { Deposits = [.. command.Deposits, new AssetAmount(asset.Id, ScenarioMarket.Units(asset, amount, step))] };
            }
        }

        var outcome = Exchange.OpenAccount(command, _timeUs);
        CompareSetUp(step, outcome);
        if (outcome[0] is Opened opened)
        {
            _market.AddAccount(name, opened.AccountId);
        }
    }

    private void Wait(ScenarioWords words, ScenarioStep step)
    {
        var amount = words.Number("a time");
        _timeUs += (long)(amount * words.Next("s, min or h") switch
        {
            "s" => 1_000_000,
            "min" => 60_000_000,
            "h" => 3_600_000_000,
            var unit => throw step.Error($"'{unit}' is no unit of time: use s, min or h"),
        });
    }

    private void SetQuarantine(ScenarioWords words, ScenarioStep step, bool cancelOnly)
    {
        var accountId = _market.Account(words.Next("an account"), step);
        words.Expect("on");
        var symbol = _market.Symbol(words.Next("a symbol"), step);
        CompareSetUp(step, Exchange.SetQuarantine(new QuarantineCommand(FailedSequence: 1, accountId, symbol.Id), cancelOnly, _timeUs));
    }

    /// <summary>Reads `2 GOLD-USD at 100 ioc as a1`, `2 GOLD-USD at market`, `GOLD-USD for 500 USD`.</summary>
    private CommandSlot ReadPlacement(int accountId, Side side, ScenarioWords words, ScenarioStep step, out Symbol symbol)
    {
        var command = new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            SlotCount = 1,
            ReplyToken = CommandSlot.NoReply,
            AccountId = accountId,
            Side = side,
            OrderType = OrderType.Market,
            TimeInForce = TimeInForce.Gtc,
        };
        if (char.IsAsciiLetter(step.Words[2][0]))
        {
            symbol = _market.Symbol(words.Next("a symbol"), step);
            words.Expect("for");
            command.Flags = OrderFlags.QuoteQuantity;
            command.Quantity = ScenarioMarket.Units(symbol.QuoteAsset, words.Number("an amount"), step);
            words.Expect(symbol.QuoteAsset.Name);
        }
        else
        {
            var quantity = words.Number("a quantity");
            symbol = _market.Symbol(words.Next("a symbol"), step);
            command.Quantity = ScenarioMarket.Lots(symbol, quantity, step);
            words.Expect("at");
            if (!words.TryTake("market"))
            {
                command.Price = ScenarioMarket.Ticks(symbol, words.Number("a price"), step);
                command.OrderType = words.TryTake("post-only") ? OrderType.LimitMaker : OrderType.Limit;
            }
        }

        if (words.TryTake("ioc"))
        {
            command.TimeInForce = TimeInForce.Ioc;
        }
        else if (words.TryTake("fok"))
        {
            command.TimeInForce = TimeInForce.Fok;
        }

        if (words.TryTake("as"))
        {
            command.ClientOrderId = ClientOrderId.From(words.Next("a client order id"));
        }

        command.SymbolId = symbol.Id;
        return command;
    }

    /// <summary>Reads `a1 if new`, `#3 named a1`, `all on GOLD-USD`; `a1 by 2`; `a1 to 101`.</summary>
    private CommandSlot ReadChange(int accountId, string verb, ScenarioWords words, ScenarioStep step, out Symbol symbol)
    {
        var command = new CommandSlot { SlotCount = 1, ReplyToken = CommandSlot.NoReply, AccountId = accountId };
        var target = words.Next("an order");
        decimal number = 0;
        switch (verb)
        {
            case "cancels" when target == "all":
                command.Type = CommandType.CancelAllOrders;
                break;
            case "cancels":
                ReadCancel(ref command, target, words);
                break;
            case "reduces":
                command.Type = CommandType.ReduceOrder;
                command.OrderId = _market.OrderId(accountId, target, step);
                words.Expect("by");
                number = words.Number("a quantity");
                break;
            default:
                command.Type = CommandType.MoveOrder;
                command.OrderId = _market.OrderId(accountId, target, step);
                words.Expect("to");
                number = words.Number("a price");
                break;
        }

        symbol = words.TryTake("on") ? _market.Symbol(words.Next("a symbol"), step) : _market.FirstSymbol(step);
        ReadRestriction(ref command, words, step);
        command.SymbolId = symbol.Id;
        command.Quantity = verb == "reduces" ? ScenarioMarket.Lots(symbol, number, step) : 0;
        command.Price = verb == "moves" ? ScenarioMarket.Ticks(symbol, number, step) : 0;
        return command;
    }

    private static void ReadCancel(ref CommandSlot command, string target, ScenarioWords words)
    {
        command.Type = CommandType.CancelOrder;
        var name = target;
        if (target.StartsWith('#') && long.TryParse(target.AsSpan(1), out var orderId))
        {
            command.OrderId = orderId;
            name = words.TryTake("named") ? words.Next("a client order id") : "";
        }

        command.ClientOrderId = ClientOrderId.From(name);
    }

    private static void ReadRestriction(ref CommandSlot command, ScenarioWords words, ScenarioStep step)
    {
        if (words.TryTake("if"))
        {
            command.Restriction = words.Next("new or partially-filled") switch
            {
                "new" => CancelRestriction.OnlyNew,
                "partially-filled" => CancelRestriction.OnlyPartiallyFilled,
                var unknown => throw step.Error($"'{unknown}' is no restriction: use new or partially-filled"),
            };
        }
    }
}
