using System.Globalization;
using System.Net.Sockets;
using Exchange.Replication.Following;
using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>
/// One connection: everything that this project asks of the client library, of which only members are used that its later versions have, too.
/// Every call ends within the time-out. One thread; disposed after a failure.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly IDatabase _database;
    private readonly TimeSpan _timeout;
    private readonly Action _onRoundTrip;

    private RedisConnection(RedisOptions options, Action onRoundTrip)
    {
        _timeout = TimeSpan.FromMilliseconds(options.TimeoutMs);
        _onRoundTrip = onRoundTrip;
        var configuration = ConfigurationOptions.Parse(options.ConnectionString);
        configuration.AbortOnConnectFail = true;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = options.TimeoutMs;
        configuration.SyncTimeout = options.TimeoutMs;
        configuration.ClientName = "exchange";
        configuration.Ssl |= options.Tls;
        onRoundTrip();
        RedisProbe.RequireServer(configuration, options.TimeoutMs);
        _multiplexer = ConnectionMultiplexer.Connect(configuration);
        _database = _multiplexer.GetDatabase();
    }

    /// <param name="onRoundTrip">Called for every time that an answer is waited for.</param>
    /// <exception cref="SocketException">No server answers.</exception>
    /// <exception cref="RedisConnectionException">It refuses the password.</exception>
    public static RedisConnection Open(RedisOptions options, Action onRoundTrip) => new(options, onRoundTrip);

    /// <summary>Sends a script behind those that were sent before, and waits for nothing.</summary>
    public Task<RedisResult> Send(string script, RedisKey[] keys, RedisValue[] arguments) => _database.ScriptEvaluateAsync(script, keys, arguments);

    /// <summary>Waits until all are answered.</summary>
    /// <exception cref="TimeoutException">That took too long: whether the rest is carried out is not known.</exception>
    /// <exception cref="RedisException">The connection was lost, or a script was refused, for lack of memory for example.</exception>
    public void Wait(IReadOnlyCollection<Task> sent)
    {
        _onRoundTrip();
        using var giveUp = new CancellationTokenSource(_timeout);
        try
        {
            Task.WhenAll(sent).WaitAsync(giveUp.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Redis has not answered {sent.Count(task => !task.IsCompleted)} of {sent.Count} requests within {_timeout.TotalMilliseconds} ms");
        }
    }

    public JournalPosition ReadPosition(string key)
    {
        RedisValue[] fields = ["epoch", "sequence", "timeUs", "fingerprint"];
        var values = Ask(_database.HashGetAsync(key, fields));
        return values[1].IsNull ? default : new JournalPosition((long)values[0], (long)values[1], (long)values[2], (long)values[3]);
    }

    /// <summary>Moves the store's position and names new symbols; false, with nothing done, when it is not where the caller thinks.</summary>
    /// <param name="from">Where it should be; null moves it from wherever it is.</param>
    public bool TryWritePosition(RedisKeys keys, in JournalPosition position, JournalPosition? from, IEnumerable<string> names)
    {
        RedisValue[] arguments =
        [
            position.Epoch, position.Sequence, position.TimeUs, position.Fingerprint,
            from is { } known ? $"{known.Epoch}-{known.Sequence}" : RedisScripts.Forced, .. names.Select(name => (RedisValue)name),
        ];
        return (int)Ask(Send(RedisScripts.Position, [keys.Position, keys.Symbols], arguments)) == RedisScripts.Stored;
    }

    /// <summary>Returns the heads in the order of their keys.</summary>
    public List<SymbolHead> ReadHeads(IEnumerable<RedisKey> keys)
    {
        RedisValue[] fields = ["epoch", "sequence", "timeUs", "version"];
        var asked = keys.Select(key => _database.HashGetAsync(key, fields)).ToList();
        if (asked.Count > 0)
        {
            Wait(asked);
        }

        return asked.ConvertAll(answer => answer.Result[1].IsNull
            ? default
            : new SymbolHead((long)answer.Result[0], (long)answer.Result[1], (long)answer.Result[2], answer.Result[3]));
    }

    public List<string> ReadSet(string key) => [.. Ask(_database.SetMembersAsync(key)).Select(member => (string)member!)];

    /// <summary>Returns a hash as sorted lines, <c>field=value</c>.</summary>
    public List<string> ReadHash(RedisKey key) =>
        [.. Ask(_database.HashGetAllAsync(key)).Select(entry => $"{entry.Name}={entry.Value}").Order(StringComparer.Ordinal)];

    /// <summary>Returns a string as one line; none where there is none.</summary>
    public List<string> ReadString(RedisKey key) => Ask(_database.StringGetAsync(key)) is { IsNull: false } value ? [(string)value!] : [];

    public List<string> ReadList(RedisKey key) => [.. Ask(_database.ListRangeAsync(key)).Select(item => (string)item!)];

    /// <summary>Returns a sorted set as lines in its order, <c>score member</c>.</summary>
    public List<string> ReadSortedSet(RedisKey key) =>
    [
        .. Ask(_database.SortedSetRangeByRankWithScoresAsync(key))
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Score:F0} {entry.Element}")),
    ];

    public void Delete(IEnumerable<string> keys) => Ask(_database.KeyDeleteAsync([.. keys.Select(key => (RedisKey)key)]));

    public void RemoveFromSet(string key, string member) => Ask(_database.SetRemoveAsync(key, member));

    public void Dispose()
    {
        _multiplexer.Close(allowCommandsToComplete: false);
        _multiplexer.Dispose();
    }

    private T Ask<T>(Task<T> asked)
    {
        Wait([asked]);
        return asked.Result;
    }
}
