using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Durable;

/// <summary>
/// The thread that pushes the workload into the command ring as fast as it is admitted; nobody waits for the replies. Each lap runs the
/// whole workload on a symbol of its own: order ids go on counting over the laps, so those that a lap names are known in advance. Why one
/// thread: the workload's order ids are those of one order of arrival.
/// </summary>
internal sealed class BurstProducer(CommandRing ring, W1Stream stream, int symbolCount, Task ended)
{
    /// <summary>Commands between two signals to the engine.</summary>
    private const int RunLength = 64;

    /// <summary>Characters of a client order id, as the edge makes them when the client gives none.</summary>
    private const int ClientOrderIdLength = 22;

    private readonly ReadOnlyMemory<W1Command> _commands = stream.Commands;
    private readonly byte[] _clientOrderId = new byte[ClientOrderIdLength];
    private long _pushed;
    private int _fullCount;
    private volatile bool _isStopping;

    /// <summary>Commands put into the ring. Any thread.</summary>
    public long Pushed => Volatile.Read(ref _pushed);

    /// <summary>Times the ring had no room. Any thread.</summary>
    public int FullCount => Volatile.Read(ref _fullCount);

    /// <summary>Laps whose every command was pushed. Once the thread has ended.</summary>
    public int CompleteLaps { get; private set; }

    public void Stop() => _isStopping = true;

    /// <summary>Runs until <see cref="Stop"/>, the pipeline's end, or the last symbol.</summary>
    public void Run()
    {
        for (; CompleteLaps < symbolCount && PushLap(CompleteLaps); CompleteLaps++)
        {
        }
    }

    private bool PushLap(int lap)
    {
        var firstId = lap * stream.MaxOrderId;
        var commands = _commands.Span;
        for (var next = 0; next < commands.Length;)
        {
            if (_isStopping || ended.IsCompleted)
            {
                return false;
            }

            var first = -1L;
            var count = 0;
            while (count < RunLength && next < commands.Length && ring.TryClaim(1, out var sequence))
            {
                first = count == 0 ? sequence : first;
                Write(ref ring[sequence], commands[next++], lap, firstId);
                count++;
            }

            if (count > 0)
            {
                ring.Publish(first, count);
                Volatile.Write(ref _pushed, _pushed + count);
            }

            if (count < RunLength && next < commands.Length)
            {
                // Why sleep: the ring holds milliseconds of work, and the pipeline needs this processor.
                Volatile.Write(ref _fullCount, _fullCount + 1);
                Thread.Sleep(1);
            }
        }

        return true;
    }

    private void Write(ref CommandSlot slot, in W1Command command, int symbolId, long firstId)
    {
        slot = default;
        slot.SlotCount = 1;
        slot.ReplyToken = CommandSlot.NoReply;
        slot.AccountId = command.UserId;
        slot.SymbolId = symbolId;
        switch (command.Operation)
        {
            case W1Operation.Move:
                slot.Type = CommandType.MoveOrder;
                slot.OrderId = firstId + command.OrderId;
                slot.Price = command.Price;
                break;
            case W1Operation.Cancel:
                slot.Type = CommandType.CancelOrder;
                slot.OrderId = firstId + command.OrderId;
                break;
            default:
                slot.Type = CommandType.PlaceOrder;
                slot.OrderType = OrderType.Limit;
                slot.TimeInForce = command.Operation == W1Operation.GtcLimit ? TimeInForce.Gtc : TimeInForce.Ioc;
                slot.Side = (Side)command.Side;
                slot.Price = command.Price;
                slot.Quantity = command.Quantity;
                slot.ClientOrderId = NewClientOrderId(firstId + command.OrderId);
                break;
        }
    }

    private ClientOrderId NewClientOrderId(long orderId)
    {
        for (var i = ClientOrderIdLength - 1; i >= 0; i--)
        {
            _clientOrderId[i] = (byte)('a' + (orderId & 15));
            orderId >>= 4;
        }

        return new ClientOrderId(_clientOrderId);
    }
}
