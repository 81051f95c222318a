using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>The shapes of the random commands.</summary>
public sealed partial class CommandGenerator
{
    private static readonly long[] ExtremeNumbers = [0, -1, 1, long.MinValue, long.MaxValue, long.MaxValue - 1, 1L << 62, int.MaxValue];

    private CommandSlot Placement()
    {
        var symbol = _random.Pick(_symbols);
        var side = _random.Chance(50) ? Side.Buy : Side.Sell;
        var slot = new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            AccountId = AnyAccount(),
            SymbolId = symbol.Id,
            Side = side,
            OrderType = OrderType.Limit,
            TimeInForce = TimeInForce.Gtc,
            Price = PriceNear(symbol, side, crossPercent: 14),
            Quantity = QuantityOf(symbol),
            ClientOrderId = AnyClientId(),
        };
        switch (_random.Below(100))
        {
            case < 60:
                break;
            case < 68:
                slot.OrderType = OrderType.LimitMaker;
                break;
            case < 76:
                slot.TimeInForce = TimeInForce.Ioc;
                break;
            case < 83:
                slot.TimeInForce = TimeInForce.Fok;
                break;
            case < 92:
                slot.OrderType = OrderType.Market;
                slot.Price = 0;
                break;
            default:
                slot.OrderType = OrderType.Market;
                slot.Flags = OrderFlags.QuoteQuantity;
                slot.Price = 0;
                slot.Quantity = QuoteAmountOf(symbol, slot.Quantity);
                break;
        }

        return _random.Chance(10) ? Spoiled(slot) : slot;
    }

    /// <summary>Makes one field of a placement unusual, most often invalid.</summary>
    private CommandSlot Spoiled(CommandSlot slot)
    {
        switch (_random.Below(9))
        {
            case 0:
                slot.Side = (Side)_random.Between(2, 255);
                break;
            case 1:
                slot.OrderType = _random.Chance(50) ? default : (OrderType)_random.Between(4, 255);
                break;
            case 2:
                slot.TimeInForce = (TimeInForce)_random.Between(0, 5);
                break;
            case 3:
                slot.Quantity = _random.Pick(ExtremeNumbers);
                break;
            case 4:
                slot.Price = _random.Pick(ExtremeNumbers);
                break;
            case 5:
                slot.Flags = OrderFlags.QuoteQuantity;
                break;
            case 6:
                slot.Quantity = _symbols[slot.SymbolId].MaxQuantity + _random.Between(-1, 1);
                break;
            case 7:
                slot.Quantity = _symbols[slot.SymbolId].MinQuantity;
                break;
            default:
                slot.Price = _symbols[slot.SymbolId].MinPrice + _random.Between(-1, 1);
                break;
        }

        return slot;
    }

    private CommandSlot Cancellation()
    {
        var slot = new CommandSlot
        {
            Type = CommandType.CancelOrder,
            AccountId = AnyAccount(),
            SymbolId = _random.Pick(_symbols).Id,
            Restriction = (CancelRestriction)(_random.Chance(70) ? 0 : _random.Between(1, 2)),
        };
        if (AnyOpenOrder() is { } order)
        {
            slot.AccountId = order.AccountId;
            slot.SymbolId = order.SymbolId;
            slot.OrderId = order.Id;
            var clientOrderId = ClientOrderId.From(order.ClientOrderId);
            switch (_random.Below(100))
            {
                case < 40:
                    break;
                case < 65 when !clientOrderId.IsEmpty:
                    slot.OrderId = 0;
                    slot.ClientOrderId = clientOrderId;
                    break;
                case < 75:
                    slot.ClientOrderId = clientOrderId;
                    break;
                case < 82:
                    slot.ClientOrderId = AnyClientId();
                    break;
                case < 88:
                    slot.AccountId = AnyAccount();
                    break;
                case < 94:
                    slot.SymbolId = _random.Pick(_symbols).Id;
                    break;
                default:
                    slot.OrderId = GoneOrderId();
                    break;
            }
        }

        return slot;
    }

    private CommandSlot MassCancellation() => new()
    {
        Type = CommandType.CancelAllOrders,
        AccountId = AnyAccount(),
        SymbolId = _random.Pick(_symbols).Id,
    };

    private CommandSlot Reduction()
    {
        var slot = ChangeOf(CommandType.ReduceOrder);
        var symbol = _symbols[slot.SymbolId];
        slot.Quantity = _random.Below(100) switch
        {
            < 60 => _random.Between(1, Math.Max(1, QuantityOf(symbol) / 3)),
            < 75 => 1,
            < 90 => symbol.MaxQuantity,
            _ => _random.Pick(ExtremeNumbers),
        };
        return slot;
    }

    private CommandSlot Move()
    {
        var slot = ChangeOf(CommandType.MoveOrder);
        var order = _openOrders[slot.SymbolId].Find(order => order.Id == slot.OrderId);
        slot.Price = _random.Below(100) switch
        {
            < 8 when order is not null => order.Price,
            < 16 => _random.Pick(ExtremeNumbers),
            // Why: a bid moved up to the highest price needs more than most accounts have.
            < 20 => _symbols[slot.SymbolId].MaxPrice,
            _ => PriceNear(_symbols[slot.SymbolId], order?.Side ?? Side.Buy, crossPercent: 25),
        };
        return slot;
    }

    private CommandSlot ChangeOf(CommandType type)
    {
        var slot = new CommandSlot { Type = type, AccountId = AnyAccount(), SymbolId = _random.Pick(_symbols).Id, OrderId = GoneOrderId() };
        if (AnyOpenOrder() is { } order && !_random.Chance(4))
        {
            slot.OrderId = order.Id;
            slot.SymbolId = _random.Chance(97) ? order.SymbolId : slot.SymbolId;
            slot.AccountId = _random.Chance(97) ? order.AccountId : slot.AccountId;
        }

        return slot;
    }

    /// <summary>A trading command of any kind from an account or for a symbol that does not exist.</summary>
    private CommandSlot Misaddressed()
    {
        var slot = _random.Below(5) switch
        {
            0 => Placement(),
            1 => Cancellation(),
            2 => MassCancellation(),
            3 => Reduction(),
            _ => Move(),
        };
        if (_random.Chance(50))
        {
            // Why not negative: the journal keeps a symbol's id in two bytes.
            slot.SymbolId = (int)_random.Between(_symbols.Length, ushort.MaxValue);
        }
        else
        {
            slot.AccountId = _random.Pick<int>([0, -1, int.MaxValue, int.MinValue, AccountCount + 1_000_000]);
        }

        return slot;
    }

    private GeneratedAdjustment Adjustment()
    {
        var assetId = (int)_random.Between(0, 4);
        long change = _random.Below(100) switch
        {
            < 45 => _random.Between(1, 1_000_000_000),
            < 75 => -_random.Between(1, 1_000_000_000),
            < 85 => -_random.Between(1, 1L << 50),
            < 90 => _random.Between(1, 1L << 40),
            _ => _random.Pick(ExtremeNumbers.Where(number => number != 1L << 62 && number != int.MaxValue).ToArray()),
        };
        return new GeneratedAdjustment(
            _timeUs,
            new AdjustBalanceCommand(
                _random.Chance(97) ? AnyAccount() : _random.Pick<int>([0, -1, int.MaxValue]),
                _random.Chance(97) ? assetId : (int)_random.Between(5, ushort.MaxValue),
                change));
    }

    /// <summary>Symbols and accounts that must be refused, and now and then an account that may open.</summary>
    private GeneratedCommand Administration()
    {
        var spec = SymbolSpecs[0];
        return _random.Below(8) switch
        {
            0 => new GeneratedSymbol(_timeUs, spec),
            1 => new GeneratedSymbol(_timeUs, spec with { Name = "OTHER", TickSize = 0 }),
            2 => new GeneratedSymbol(_timeUs, spec with { Name = "OTHER", BaseScale = 7 }),
            3 => Account(new OpenAccountCommand { ApiKey = "key1"u8.ToArray() }),
            4 => Account(new OpenAccountCommand { ApiKey = "not a key"u8.ToArray() }),
            5 => Account(new OpenAccountCommand { Deposits = [new AssetAmount(0, 1), new AssetAmount(0, long.MaxValue)] }),
            6 => Account(new OpenAccountCommand { Deposits = [new AssetAmount(1, 0)] }),
            _ => Account(new OpenAccountCommand { OrderLimitPerDay = 5, Deposits = [new AssetAmount(0, 5), new AssetAmount(0, 6)] }),
        };

        GeneratedAccount Account(OpenAccountCommand command) => new(_timeUs, command);
    }

    private GeneratedQuarantine Quarantine()
    {
        if (_quarantine is null)
        {
            _quarantine = new GeneratedQuarantine(
                _timeUs, new QuarantineCommand(FailedSequence: 1, AnyAccount(), _random.Pick(_symbols).Id), CancelOnly: true);
            _untilRelease = (int)_random.Between(20, 120);
        }

        return _quarantine with { TimeUs = _timeUs };
    }

    private int AnyAccount() => _random.Chance(6) ? _quarantine?.Command.AccountId ?? 1 : (int)_random.Between(1, AccountCount);

    private ClientOrderId AnyClientId() =>
        _random.Chance(55) ? default : ClientOrderId.From("client-" + _random.Below(ClientIdCount));

    private OpenOrder? AnyOpenOrder()
    {
        var orders = _openOrders[_random.Pick(_symbols).Id];
        return orders.Count == 0 ? null : _random.Pick(orders);
    }

    private long GoneOrderId() =>
        _closedOrderIds.Count > 0 && _random.Chance(50) ? _random.Pick(_closedOrderIds) : _random.Pick(ExtremeNumbers);

    /// <summary>Returns a price around the symbol's middle, most often on the order's own side of it.</summary>
    private long PriceNear(Symbol symbol, Side side, int crossPercent)
    {
        var middle = _middles[symbol.Id];
        var spread = Math.Max(2, middle / 2_000);
        var distance = _random.Between(1, 12) * Math.Max(1, spread / 8);
        var isInside = _random.Chance(crossPercent);
        var price = (side == Side.Buy) == isInside ? middle + distance : middle - distance;
        return Math.Clamp(price, symbol.MinPrice, symbol.MaxPrice);
    }

    private long QuantityOf(Symbol symbol)
    {
        var usual = symbol.Id switch { 0 => 40_000, 1 => 60, _ => 30_000 };
        return _random.Below(100) switch
        {
            < 88 => _random.Between(symbol.MinQuantity, usual),
            < 97 => _random.Between(usual, usual * 8L),
            _ => _random.Between(1, symbol.MaxQuantity),
        };
    }

    private long QuoteAmountOf(Symbol symbol, long lots)
    {
        var amount = (Int128)lots * _middles[symbol.Id] * symbol.QuoteUnitsPerTickLot + _random.Between(0, 1_000);
        return _random.Chance(6) ? _random.Pick(ExtremeNumbers) : (long)Int128.Min(amount, long.MaxValue);
    }
}
