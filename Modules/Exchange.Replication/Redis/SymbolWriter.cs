using Exchange.Replication.Market;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// Writes symbols, many scripts on their way at once. A symbol whose stored state is another than was thought is written whole right after; one
/// whose stored state is newer is left alone. One thread.
/// </summary>
/// <param name="beforeWrite">Called with a name before every script is sent; what it throws fails the write. For tests.</param>
internal sealed class SymbolWriter(RedisOptions options, int intervalCount, Action<string>? beforeWrite)
{
    /// <summary>Words on their way before answers are waited for: bounds memory, some 30 bytes each.</summary>
    private const int WordsMax = 100_000;

    private readonly List<SymbolPicture> _pictures = [];
    private readonly List<(SymbolMirror Symbol, SymbolPicture Picture, Task<RedisResult> Answer)> _sent = [];

    /// <exception cref="Exception">The store failed; symbols on their way are written whole the next time.</exception>
    public void Write(IEnumerable<SymbolMirror> symbols, MarketReplica market, RedisConnection connection, string whole = RedisScripts.Whole)
    {
        List<SymbolMirror> again = [];
        var words = 0;
        try
        {
            foreach (var symbol in symbols)
            {
                words += Send(symbol, market, connection, whole);
                if (words > WordsMax)
                {
                    Receive(connection, again);
                    words = 0;
                }
            }

            Receive(connection, again);
        }
        catch
        {
            Settle(connection);
            throw;
        }

        if (again.Count > 0)
        {
            Write(again, market, connection, whole);
        }
    }

    private int Send(SymbolMirror symbol, MarketReplica market, RedisConnection connection, string whole)
    {
        beforeWrite?.Invoke(symbol.Name);
        if (_sent.Count == _pictures.Count)
        {
            _pictures.Add(new SymbolPicture(options, intervalCount));
        }

        var picture = _pictures[_sent.Count];
        symbol.Read(picture, market);
        var arguments = symbol.Arguments(picture, whole);
        _sent.Add((symbol, picture, connection.Send(RedisScripts.Symbol, symbol.Keys, arguments)));
        return arguments.Length;
    }

    private void Receive(RedisConnection connection, List<SymbolMirror> again)
    {
        if (_sent.Count == 0)
        {
            return;
        }

        connection.Wait([.. _sent.Select(each => each.Answer)]);
        foreach (var (symbol, picture, answer) in _sent)
        {
            switch ((int)answer.Result)
            {
                case RedisScripts.Stored:
                    symbol.Stored(picture);
                    break;
                case RedisScripts.Older:
                    symbol.Forget();
                    break;
                default:
                    symbol.Forget();
                    again.Add(symbol);
                    break;
            }
        }

        _sent.Clear();
    }

    /// <summary>Waits for what was sent before a failure, so that nothing changes behind the caller's back; what came of it is found out later.</summary>
    private void Settle(RedisConnection connection)
    {
        try
        {
            connection.Wait([.. _sent.Select(each => each.Answer)]);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // The first failure is on its way to the caller; this one says the same.
        }

        _sent.ForEach(each => each.Symbol.Forget());
        _sent.Clear();
    }
}
