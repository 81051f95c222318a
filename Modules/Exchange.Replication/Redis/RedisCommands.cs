using StackExchange.Redis;

namespace Exchange.Replication.Redis;

/// <summary>The commands of one <see cref="RedisScripts.Symbol"/>, as its arguments.</summary>
internal sealed class RedisCommands
{
    /// <summary>Lua hands over no more than some 8,000 words at once.</summary>
    private const int WordsMax = 2_000;

    /// <summary>Command and key.</summary>
    private const int WordsBeforeRest = 2;

    public List<RedisValue> Arguments { get; } = [];

    public void Delete(int key) => Add("DEL", key, []);

    public void Set(int key, string value) => Add("SET", key, [value]);

    public void Publish(string channel, string message) => Arguments.AddRange([4, "PUBLISH", 0, channel, message]);

    /// <summary>A command whose rest may be cut between two groups of words into several.</summary>
    /// <param name="key">Index among the symbol's keys (<see cref="RedisKeys"/>).</param>
    /// <param name="group">Words that belong together.</param>
    public void Add(string command, int key, List<RedisValue> rest, int group = 1)
    {
        var atOnce = WordsMax / group * group;
        for (var first = 0; first == 0 || first < rest.Count; first += atOnce)
        {
            var count = Math.Min(atOnce, rest.Count - first);
            Arguments.AddRange([WordsBeforeRest + count, command, key + 1]);
            for (var i = first; i < first + count; i++)
            {
                Arguments.Add(rest[i]);
            }
        }
    }
}
