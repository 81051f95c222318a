using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Accounts;

/// <summary>
/// Drives a ledger as the engine would, from a list of orders in place of a book, writes the records that say so, and compares.
/// Commands are cut into continued records at random places.
/// </summary>
public sealed class BalancesViewFoldTests
{
    private const int AccountCount = 5;

    private readonly List<Order> _resting = [];
    private Random _random = null!;
    private Symbol _symbol = null!;
    private LedgerPort _ledger;
    private BalancesView _view = null!;
    private RecordBuilder _record = null!;
    private long _sequence;
    private long _lastOrderId;
    private int _tradeCount;
    private int _continuedCount;

    private sealed record Order(long Id, int AccountId, Side Side)
    {
        public long Price { get; set; }

        public long Leaves { get; set; }
    }

    [Test]
    public void View_equals_ledger_after_every_command([Values(1, 2, 3)] int seed)
    {
        Begin(seed);
        for (var step = 0; step < 4_000; step++)
        {
            Step();
            var difference = FindDifference();
            if (difference is not null)
            {
                Assert.Fail($"step {step}: {difference}");
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(_ledger.FindImbalance(), Is.Null);
            Assert.That(_tradeCount, Is.GreaterThan(1_000));
            Assert.That(_continuedCount, Is.GreaterThan(100));
        });
    }

    private void Begin(int seed)
    {
        _random = new Random(seed);
        _resting.Clear();
        (_sequence, _lastOrderId, _tradeCount, _continuedCount) = (0, 0, 0, 0);
        _symbol = SampleSymbols.New(SampleSymbols.Spec);
        _view = new BalancesView(SampleSymbols.NewDirectory(SampleSymbols.Spec));
        _ledger = new LedgerPort(new Ledger());
        _ledger.AddAsset(SampleSymbols.Coin);
        _ledger.AddAsset(SampleSymbols.Cash);
        for (var account = 1; account <= AccountCount; account++)
        {
            var command = new OpenAccountCommand { Deposits = [new AssetAmount(0, 100_003), new AssetAmount(1, 10_000_007)] };
            var record = new RecordBuilder(CommandType.OpenAccount, ++_sequence, _sequence).Body(command.ToBytes())
                .With(new AccountOpened { AccountId = _ledger.OpenAccount(command) });
            foreach (var deposit in command.Deposits)
            {
                record.With(new BalanceAdjusted { AccountId = account, AssetId = (ushort)deposit.AssetId, Change = deposit.Amount });
            }

            record.ApplyTo(_view);
        }
    }

    private void Step()
    {
        var kind = _resting.Count == 0 ? 0 : _random.Next(10);
        if (kind < 6)
        {
            Place();
            return;
        }

        if (kind == 6)
        {
            Adjust();
            return;
        }

        var order = _resting[_random.Next(_resting.Count)];
        var reducedBy = _random.NextInt64(order.Leaves);
        switch (kind)
        {
            case 7:
                Cancel(order);
                break;
            case 8 when reducedBy > 0:
                Reduce(order, reducedBy);
                break;
            default:
                Move(order, 90 + _random.Next(21));
                break;
        }
    }

    private void Place()
    {
        var command = new CommandSlot
        {
            Type = CommandType.PlaceOrder,
            AccountId = 1 + _random.Next(AccountCount),
            Side = (Side)_random.Next(2),
            OrderType = OrderType.Limit,
            TimeInForce = _random.Next(4) == 0 ? TimeInForce.Ioc : TimeInForce.Gtc,
            Price = 90 + _random.Next(21),
            Quantity = 1 + _random.Next(20),
        };
        var order = new Order(++_lastOrderId, command.AccountId, command.Side) { Price = command.Price, Leaves = command.Quantity };
        var asset = _symbol.PaidAsset(order.Side).Id;
        var held = _symbol.HoldFor(order.Side, order.Price, order.Leaves);
        BeginRecord(command);
        if (_ledger.Free(order.AccountId, asset) < held)
        {
            _record.With(new CommandRejected { Reason = RejectReason.InsufficientBalance });
            EndRecord();
            return;
        }

        _ledger.Hold(order.AccountId, asset, held);
        _record.With(new OrderAccepted { OrderId = order.Id, Held = held });
        Match(order, held, command.TimeInForce);
        EndRecord();
    }

    private void Move(Order order, long price)
    {
        var asset = _symbol.PaidAsset(order.Side).Id;
        var held = _symbol.HoldFor(order.Side, price, order.Leaves);
        var heldChange = held - _symbol.HoldFor(order.Side, order.Price, order.Leaves);
        if (price == order.Price || _ledger.Free(order.AccountId, asset) < heldChange)
        {
            return;
        }

        BeginRecord(new CommandSlot { Type = CommandType.MoveOrder, AccountId = order.AccountId, OrderId = order.Id, Price = price });
        if (heldChange > 0)
        {
            _ledger.Hold(order.AccountId, asset, heldChange);
        }
        else
        {
            _ledger.Ledger.Release(order.AccountId, asset, -heldChange);
        }

        _record.With(new OrderMoved
        {
            Side = order.Side,
            OrderId = order.Id,
            OldPrice = order.Price,
            NewPrice = price,
            Leaves = order.Leaves,
            HeldChange = heldChange,
        });
        _resting.Remove(order);
        order.Price = price;
        Match(order, held, TimeInForce.Gtc);
        EndRecord();
    }

    private void Match(Order taker, long held, TimeInForce timeInForce)
    {
        while (taker.Leaves > 0 && _resting.Find(maker => Crosses(taker, maker)) is { } maker)
        {
            held -= Trade(taker, maker);
            ContinueSometimes(taker);
        }

        var rests = taker.Leaves > 0 && timeInForce == TimeInForce.Gtc;
        var released = held - (rests ? _symbol.HoldFor(taker.Side, taker.Price, taker.Leaves) : 0);
        _ledger.Ledger.Release(taker.AccountId, _symbol.PaidAsset(taker.Side).Id, released);
        if (rests)
        {
            _resting.Add(taker);
            _record.With(new OrderRested { OrderId = taker.Id, Leaves = taker.Leaves, Released = released });
        }
        else if (taker.Leaves > 0)
        {
            _record.With(new OrderExpired { OrderId = taker.Id, Reason = ExpireReason.UnfilledIoc, Leaves = taker.Leaves, Released = released });
        }
        else
        {
            _record.With(new OrderFilled { OrderId = taker.Id, Released = released });
        }
    }

    private static bool Crosses(Order taker, Order maker) =>
        maker.Side != taker.Side && (taker.Side == Side.Buy ? maker.Price <= taker.Price : maker.Price >= taker.Price);

    /// <summary>Returns what the taker paid.</summary>
    private long Trade(Order taker, Order maker)
    {
        var quantity = Math.Min(taker.Leaves, maker.Leaves);
        var takerSells = taker.Side == Side.Sell;
        var (baseAmount, quoteAmount) = (_symbol.BaseAmount(quantity), _symbol.Notional(maker.Price, quantity));
        var (takerPays, makerPays) = takerSells ? (baseAmount, quoteAmount) : (quoteAmount, baseAmount);
        var (takerPaidAsset, makerPaidAsset) = (_symbol.PaidAssetId(taker.Side), _symbol.PaidAssetId(maker.Side));
        var makerFee = _ledger.Fee(maker.AccountId, in _symbol.Numbers, isMaker: true, takerPays);
        var takerFee = _ledger.Fee(taker.AccountId, in _symbol.Numbers, isMaker: false, makerPays);
        _ledger.Ledger.SettleMaker(maker.AccountId, makerPaidAsset, makerPays, takerPaidAsset, takerPays - makerFee);
        _ledger.SettleTaker(_ledger.Ledger.Taken(taker.AccountId, takerPaidAsset, takerPays, makerFee, makerPaidAsset, makerPays, takerFee));
        taker.Leaves -= quantity;
        maker.Leaves -= quantity;
        if (maker.Leaves == 0)
        {
            _resting.Remove(maker);
        }

        _tradeCount++;
        _record.With(new TradeExecuted
        {
            Flags = (takerSells ? TradeFlags.TakerSells : 0) | (maker.Leaves == 0 ? TradeFlags.MakerFilled : 0),
            MakerAccountId = maker.AccountId,
            MakerOrderId = maker.Id,
            Price = maker.Price,
            Quantity = quantity,
            MakerFee = makerFee,
            TakerFee = takerFee,
        });
        return takerPays;
    }

    private void Cancel(Order order)
    {
        var released = _symbol.HoldFor(order.Side, order.Price, order.Leaves);
        BeginRecord(new CommandSlot { Type = CommandType.CancelOrder, AccountId = order.AccountId, OrderId = order.Id });
        _ledger.Ledger.Release(order.AccountId, _symbol.PaidAsset(order.Side).Id, released);
        _resting.Remove(order);
        _record.With(new OrderCanceled { Side = order.Side, OrderId = order.Id, Price = order.Price, Leaves = order.Leaves, Released = released });
        EndRecord();
    }

    private void Reduce(Order order, long reducedBy)
    {
        var released = _symbol.HoldFor(order.Side, order.Price, reducedBy);
        BeginRecord(new CommandSlot { Type = CommandType.ReduceOrder, AccountId = order.AccountId, OrderId = order.Id, Quantity = reducedBy });
        _ledger.Ledger.Release(order.AccountId, _symbol.PaidAsset(order.Side).Id, released);
        order.Leaves -= reducedBy;
        _record.With(new OrderReduced { Side = order.Side, OrderId = order.Id, Price = order.Price, ReducedBy = reducedBy, Released = released });
        EndRecord();
    }

    private void Adjust()
    {
        var command = new AdjustBalanceCommand(1 + _random.Next(AccountCount), _random.Next(2), _random.NextInt64(-200_000, 200_000));
        _record = new RecordBuilder(CommandType.AdjustBalance, ++_sequence, _sequence).Body(command.ToBytes());
        var reject = _ledger.CheckAdjustBalance(command);
        if (reject == RejectReason.None)
        {
            _ledger.AdjustBalance(command);
            _record.With(new BalanceAdjusted { AccountId = command.AccountId, AssetId = (ushort)command.AssetId, Change = command.Change });
        }
        else
        {
            _record.With(new CommandRejected { Reason = reject });
        }

        EndRecord();
    }

    private void BeginRecord(CommandSlot command)
    {
        _sequence++;
        _record = RecordBuilder.For(command, _sequence, _sequence);
    }

    private void ContinueSometimes(Order taker)
    {
        if (_random.Next(4) == 0)
        {
            _record.Continues();
            EndRecord();
            BeginRecord(new CommandSlot { Type = CommandType.ContinueWork, AccountId = taker.AccountId, OrderId = taker.Id });
            _continuedCount++;
        }
    }

    private void EndRecord() => _record.ApplyTo(_view);

    private string? FindDifference()
    {
        var balances = new List<Balance>();
        for (var account = 1; account <= AccountCount; account++)
        {
            _view.CopyBalances(account, balances);
            foreach (var balance in balances)
            {
                var funds = _ledger.Ledger.FundsAt(account, balance.Asset.Id);
                if (balance.Free != funds.Free || balance.Held != funds.Held)
                {
                    return $"account {account}: the ledger has {funds.Free}+{funds.Held}, the view {balance}";
                }
            }
        }

        return null;
    }
}
