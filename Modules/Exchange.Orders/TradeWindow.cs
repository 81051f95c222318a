using System.Runtime.InteropServices;
using Exchange.Matching.Events;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>
/// The newest trades of the exchange, each found from both of its accounts: a ring whose entries point to the trade before of either account.
/// A pointer to a trade that has left the ring ends the way. Not thread-safe: <see cref="OrdersView"/> holds the lock. Allocates new chunks only.
/// </summary>
/// <param name="tradesKept">Trades in the ring at most, at least 1.</param>
internal sealed class TradeWindow(int tradesKept) : ISnapshotState
{
    private const int SnapshotVersion = 1;

    /// <summary>Trades that are read at once.</summary>
    private const int PieceLength = 1_024;

    private readonly ChunkedArray<Entry> _ring = new();
    private readonly ChunkedArray<long> _newestOfAccount = new();

    // Trades are numbered from 1 as they come; 0 is none.
    private long _oldest = 1;
    private long _next = 1;

    // Where the oldest and the next one lie: a ring of any length without a division.
    private int _oldestIndex;
    private int _nextIndex;

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Entry
    {
        public long Sequence;
        public long TimeUs;
        public long TradeId;
        public long Price;
        public long Quantity;
        public long TakerOrderId;
        public long MakerOrderId;
        public long TakerFee;
        public long MakerFee;
        public long BeforeOfTaker;
        public long BeforeOfMaker;
        public int TakerAccountId;
        public int MakerAccountId;
        public int SymbolId;
        public Side TakerSide;
    }

    public int Count => (int)(_next - _oldest);

    /// <summary>Sequence of the newest trade that has left the ring; 0 when none has.</summary>
    public long ForgottenSequence { get; private set; }

    /// <param name="taker">The order as it stands behind the trade.</param>
    /// <param name="maker">As above.</param>
    public void Add(in TradeExecuted trade, in OrderProgress taker, in OrderProgress maker, long sequence, long timeUs)
    {
        if (Count == tradesKept)
        {
            ForgetOldest();
        }

        _newestOfAccount.EnsureIndex(Math.Max(taker.AccountId, maker.AccountId));
        ref var newestOfTaker = ref _newestOfAccount[taker.AccountId];
        ref var newestOfMaker = ref _newestOfAccount[maker.AccountId];
        _ring.EnsureIndex(_nextIndex);
        ref var entry = ref _ring[_nextIndex];
        entry.Sequence = sequence;
        entry.TimeUs = timeUs;
        entry.TradeId = trade.TradeId;
        entry.Price = trade.Price;
        entry.Quantity = trade.Quantity;
        entry.TakerOrderId = taker.OrderId;
        entry.MakerOrderId = maker.OrderId;
        entry.TakerFee = trade.TakerFee;
        entry.MakerFee = trade.MakerFee;
        entry.BeforeOfTaker = newestOfTaker;
        entry.BeforeOfMaker = newestOfMaker;
        entry.TakerAccountId = taker.AccountId;
        entry.MakerAccountId = maker.AccountId;
        entry.SymbolId = taker.SymbolId;
        entry.TakerSide = taker.Side;
        newestOfTaker = _next;
        newestOfMaker = _next;
        AdvanceNext();
    }

    /// <summary>Forgets the oldest trades that a store holds, down to <paramref name="least"/> of them.</summary>
    public void ForgetUpTo(long storedSequence, int least)
    {
        while (Count > least && Slot(_oldest).Sequence <= storedSequence)
        {
            ForgetOldest();
        }
    }

    /// <summary>Adds what the query finds here, ascending.</summary>
    /// <returns>Whether the trades that have left the ring cannot add to it.</returns>
    public bool Copy(in FillQuery query, List<AccountFill> fills)
    {
        var isWhole = ForgottenSequence == 0;
        var first = fills.Count;
        var number = query.AccountId < _newestOfAccount.Length ? _newestOfAccount[query.AccountId] : 0;
        while (number >= _oldest)
        {
            ref readonly var entry = ref Slot(number);
            if (entry.TimeUs < query.FromUs || (query.TakesNewest && fills.Count - first >= query.Limit))
            {
                isWhole = true;
                break;
            }

            // From the newest back: of a trade with oneself the resting order's part comes first, and last when all is turned round.
            if (entry.SymbolId == query.SymbolId && entry.TradeId >= query.FromTradeId && entry.TimeUs <= query.ToUs)
            {
                AddPart(entry, query, isMaker: true, fills);
                AddPart(entry, query, isMaker: false, fills);
            }

            number = entry.TakerAccountId == query.AccountId ? entry.BeforeOfTaker : entry.BeforeOfMaker;
        }

        fills.Reverse(first, fills.Count - first);
        return isWhole;
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(ForgottenSequence);
        writer.Write(_oldest);
        writer.Write(Count);
        for (var number = _oldest; number < _next; number++)
        {
            writer.Write(Slot(number));
        }
    }

    /// <summary>Keeps no more trades than this process is set to, whatever the one before kept.</summary>
    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("trade window", SnapshotVersion);
        ForgottenSequence = reader.ReadInt64();
        _oldest = _next = reader.ReadInt64();
        var piece = new Entry[PieceLength];
        for (var left = reader.ReadCount(Array.MaxLength); left > 0; left -= piece.Length)
        {
            if (left < piece.Length)
            {
                piece = new Entry[left];
            }

            reader.Read(piece.AsSpan());
            Restore(piece);
        }
    }

    private void Restore(Entry[] entries)
    {
        foreach (ref readonly var entry in entries.AsSpan())
        {
            if (entry.TakerAccountId < 1 || entry.MakerAccountId < 1 || entry.BeforeOfTaker >= _next || entry.BeforeOfMaker >= _next)
            {
                throw new SnapshotDamagedException($"trade {entry.TradeId} of symbol {entry.SymbolId} is out of range");
            }

            if (Count == tradesKept)
            {
                ForgetOldest();
            }

            _newestOfAccount.EnsureIndex(Math.Max(entry.TakerAccountId, entry.MakerAccountId));
            _newestOfAccount[entry.TakerAccountId] = _next;
            _newestOfAccount[entry.MakerAccountId] = _next;
            _ring.EnsureIndex(_nextIndex);
            _ring[_nextIndex] = entry;
            AdvanceNext();
        }
    }

    private static void AddPart(in Entry entry, in FillQuery query, bool isMaker, List<AccountFill> fills)
    {
        var accountId = isMaker ? entry.MakerAccountId : entry.TakerAccountId;
        var orderId = isMaker ? entry.MakerOrderId : entry.TakerOrderId;
        if (accountId == query.AccountId && (query.OrderId == 0 || query.OrderId == orderId))
        {
            fills.Add(new AccountFill(
                entry.TradeId,
                orderId,
                IsBuyer: (entry.TakerSide == Side.Buy) != isMaker,
                isMaker,
                entry.Price,
                entry.Quantity,
                isMaker ? entry.MakerFee : entry.TakerFee,
                entry.TimeUs));
        }
    }

    private void ForgetOldest()
    {
        ForgottenSequence = _ring[_oldestIndex].Sequence;
        _oldest++;
        _oldestIndex = After(_oldestIndex);
    }

    private void AdvanceNext()
    {
        _next++;
        _nextIndex = After(_nextIndex);
    }

    private int After(int index) => index + 1 == tradesKept ? 0 : index + 1;

    /// <summary>A trade by its number, from the oldest to the newest.</summary>
    private ref Entry Slot(long number)
    {
        var index = _oldestIndex + (number - _oldest);
        return ref _ring[(int)(index < tradesKept ? index : index - tradesKept)];
    }
}
