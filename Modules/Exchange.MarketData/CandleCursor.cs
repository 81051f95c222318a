using Exchange.Matching.Views;

namespace Exchange.MarketData;

/// <summary>Reads the candles of one stored length in the order of time: the complete ones, then the open ones from it down to the shortest.</summary>
internal struct CandleCursor(CandleSeries[] series, int length)
{
    private readonly RecentRing<Candle> _complete = series[length].Complete;
    private int _position;

    /// <summary>The next candle; only after <see cref="HasNext"/> has said that there is one.</summary>
    public readonly ref readonly Candle Next => ref At(_position);

    public bool HasNext()
    {
        // An open candle without trades is none.
        while (_position <= _complete.Count + length && At(_position).TradeCount == 0)
        {
            _position++;
        }

        return _position <= _complete.Count + length;
    }

    public void Skip() => _position++;

    /// <summary>Moves to the first candle that begins at or after a time; returns the close of the one before it, 0 when there is none.</summary>
    /// <param name="timeUs">A begin of the length.</param>
    public long SkipTo(long timeUs)
    {
        _position = series[length].FirstFrom(timeUs);
        while (HasNext() && Next.StartUs < timeUs)
        {
            _position++;
        }

        for (var position = _position - 1; position >= 0; position--)
        {
            if (At(position).TradeCount != 0)
            {
                return At(position).Close;
            }
        }

        return 0;
    }

    private readonly ref readonly Candle At(int position)
    {
        if (position < _complete.Count)
        {
            return ref _complete[position];
        }

        return ref series[length - (position - _complete.Count)].Open;
    }
}
