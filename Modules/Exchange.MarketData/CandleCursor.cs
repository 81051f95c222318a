namespace Exchange.MarketData;

/// <summary>Reads the candles of one stored length in the order of time: the complete ones, then the open ones from it down to the shortest.</summary>
internal struct CandleCursor(CandleSeries[] series, int length)
{
    private readonly RecentRing<Candle> _complete = series[length].Complete;
    private int _position;

    /// <summary>Returns the next candle without taking it; false at the end.</summary>
    public bool TryPeek(out Candle candle)
    {
        while (_position <= _complete.Count + length)
        {
            candle = At(_position);
            if (candle.TradeCount != 0)
            {
                return true;
            }

            _position++;
        }

        candle = default;
        return false;
    }

    public void Skip() => _position++;

    /// <summary>Moves to the first candle that begins at or after a time; returns the one before it, false when there is none.</summary>
    /// <param name="timeUs">A begin of the length.</param>
    public bool TryFindLastBefore(long timeUs, out Candle candle)
    {
        _position = series[length].FirstFrom(timeUs);
        while (TryPeek(out var next) && next.StartUs < timeUs)
        {
            _position++;
        }

        for (var position = _position - 1; position >= 0; position--)
        {
            candle = At(position);
            if (candle.TradeCount != 0)
            {
                return true;
            }
        }

        candle = default;
        return false;
    }

    private readonly Candle At(int position) =>
        position < _complete.Count ? _complete[position] : series[length - (position - _complete.Count)].Open;
}
