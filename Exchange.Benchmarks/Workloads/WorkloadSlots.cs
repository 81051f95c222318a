using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Workloads;

/// <summary>Writes commands of a workload into slots of the command ring, as the edge would. One thread.</summary>
internal sealed class WorkloadSlots
{
    /// <summary>Characters of a client order id, as the edge makes them when the client gives none.</summary>
    private const int ClientOrderIdLength = 22;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private readonly byte[] _clientOrderId = new byte[ClientOrderIdLength];

    /// <param name="symbolId">The symbol that stands for the command's.</param>
    /// <param name="idsBefore">Orders placed before the workload's first: its ids count on from there.</param>
    public void Write(ref CommandSlot slot, in WorkloadCommand command, int symbolId, long idsBefore)
    {
        slot = default;
        slot.SlotCount = 1;
        slot.ReplyToken = CommandSlot.NoReply;
        slot.AccountId = command.UserId;
        slot.SymbolId = symbolId;
        switch (command.Operation)
        {
            case WorkloadOperation.Move:
                slot.Type = CommandType.MoveOrder;
                slot.OrderId = idsBefore + command.OrderId;
                slot.Price = command.Price;
                break;
            case WorkloadOperation.Cancel:
                slot.Type = CommandType.CancelOrder;
                slot.OrderId = idsBefore + command.OrderId;
                break;
            default:
                slot.Type = CommandType.PlaceOrder;
                slot.OrderType = OrderType.Limit;
                slot.TimeInForce = command.Operation == WorkloadOperation.GtcLimit ? TimeInForce.Gtc : TimeInForce.Ioc;
                slot.Side = (Side)command.Side;
                slot.Price = command.Price;
                slot.Quantity = command.Quantity;
                slot.ClientOrderId = NewClientOrderId(idsBefore + command.OrderId);
                break;
        }
    }

    /// <summary>As random as the edge's own ids, and the same for the same order.</summary>
    private ClientOrderId NewClientOrderId(long orderId)
    {
        var random = new SplitMix((ulong)orderId);
        for (var i = 0; i < ClientOrderIdLength;)
        {
            var bits = random.Next64();
            for (var part = 0; part < 10 && i < ClientOrderIdLength; part++, i++)
            {
                _clientOrderId[i] = (byte)Alphabet[(int)(bits & 63)];
                bits >>= 6;
            }
        }

        return new ClientOrderId(_clientOrderId);
    }
}
