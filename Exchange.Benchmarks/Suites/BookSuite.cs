using BenchmarkDotNet.Attributes;
using Exchange.Benchmarks.Workloads;
using Exchange.Matching.Book;
using Exchange.Matching.Types;

namespace Exchange.Benchmarks.Suites;

/// <summary>Operations of one book with its stores, at random places of a book that keeps its size.</summary>
public unsafe class BookSuite
{
    private const int Operations = 4_096;
    private const int Accounts = 1_000;
    private const int MidPrice = 40_000;

    private readonly SplitMix _random = new(1);
    private OrderStore _orders = null!;
    private NodeStore _nodes = null!;
    private LeafStore _leaves = null!;
    private SymbolBook _book = null!;
    private int[] _slots = [];
    private long _lastOrderId;

    [Params(1_000, 1_000_000)]
    public int RestingOrders { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var orders = new OrderStore();
        (_orders, _nodes, _leaves) = (orders, new NodeStore(), new LeafStore(orders.Start));
        _book = new SymbolBook(new Symbol(0, WorkloadMarket.Spec(0, "BTC"), new Asset(0, "BTC", 8), new Asset(1, "USDT", 8)), _orders, _nodes, _leaves);
        _slots = new int[RestingOrders];
        for (var i = 0; i < RestingOrders; i++)
        {
            _slots[i] = Add();
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _orders.Dispose();
        _nodes.Dispose();
        _leaves.Dispose();
    }

    /// <summary>An order out of its level and back at another price, as a move does.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Move()
    {
        for (var i = 0; i < Operations; i++)
        {
            var slot = _slots[_random.Next((uint)_slots.Length)];
            _book.Remove(slot);
            _orders[slot].Price = NewPrice(_orders[slot].Side);
            _book.AddLast(slot);
        }
    }

    /// <summary>An order out of book and indices, and a new one in.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void ReplaceByNew()
    {
        for (var i = 0; i < Operations; i++)
        {
            ref var slot = ref _slots[_random.Next((uint)_slots.Length)];
            _book.Remove(slot);
            _orders.Remove(slot);
            slot = Add();
        }
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public long FindById()
    {
        var found = 0L;
        for (var i = 0; i < Operations; i++)
        {
            found += _orders.Find(_orders[_slots[_random.Next((uint)_slots.Length)]].OrderId);
        }

        return found;
    }

    /// <summary>How far an order of 1,000 lots would get.</summary>
    [Benchmark]
    public long LookThrough() => _book.LookThrough(Side.Buy, long.MaxValue, wantedLots: 1_000, wantedQuote: long.MaxValue, levelLimit: 1_000).Quote;

    private int Add()
    {
        var id = ++_lastOrderId;
        var slot = _orders.Add(id, AccountOrdersOf(1 + (int)_random.Next(Accounts)), NewClientOrderId(id));
        ref var order = ref _orders[slot];
        var side = (Side)_random.Next(2);
        order.SetKind(side, OrderType.Limit, hasFills: false);
        order.Price = NewPrice(side);
        order.Leaves = 1 + _random.Next(100);
        _book.AddLast(slot);
        return slot;
    }

    private int AccountOrdersOf(int accountId)
    {
        var found = _orders.FindAccountOrders(accountId, symbolId: 0);
        return found != 0 ? found : _orders.AddAccountOrders(OrderStore.OwnerOf(accountId, symbolId: 0), quoteFunds: default, baseFunds: default);
    }

    private long NewPrice(Side side) => side == Side.Buy ? MidPrice - 1 - _random.Next(5_000) : MidPrice + 1 + _random.Next(5_000);

    private static ClientOrderId NewClientOrderId(long id)
    {
        Span<byte> text = stackalloc byte[20];
        id.TryFormat(text, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        return new ClientOrderId(text[..length]);
    }
}
