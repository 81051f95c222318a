namespace Exchange.Replication.Redis;

/// <summary>
/// The two scripts, each atomic in Redis. Both compare (epoch, sequence) in that order with what is stored, and do nothing where that is newer: an
/// older writer or a replay changes nothing and publishes nothing.
/// </summary>
internal static class RedisScripts
{
    public const int Stored = 1;

    /// <summary>What is stored is newer, or the same; nothing was done.</summary>
    public const int Older = 0;

    /// <summary>The changes lead from another state than the stored one; nothing was done: the symbol must be written whole.</summary>
    public const int OtherBase = -1;

    /// <summary>
    /// In place of the position that changes lead from: the symbol is written whole over whatever is older, or stands at the same position in
    /// another version.
    /// </summary>
    public const string Whole = "";

    /// <summary>As <see cref="Whole"/>, and even over what is newer: a rebuild.</summary>
    public const string Forced = "forced";

    /// <summary>
    /// One symbol. KEYS: its head, then its data. ARGV: epoch, sequence, base (<c>EPOCH-SEQUENCE</c>, <see cref="Whole"/> or <see cref="Forced"/>),
    /// version, number of further fields and values of the head, these, then commands: number of words, command, index of the key (0: none), the rest.
    /// Why the first write of a whole symbol may be a deletion: Redis refuses a script for lack of memory only before its first write.
    /// </summary>
    public const string Symbol =
        """
        local stored = redis.call('HMGET', KEYS[1], 'epoch', 'sequence', 'version')
        local epoch, sequence, base = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
        local storedEpoch, storedSequence = tonumber(stored[1] or 0), tonumber(stored[2] or 0)
        if base ~= 'forced' then
          local isSame = storedEpoch == epoch and storedSequence == sequence
          if (isSame and (base ~= '' or stored[3] == ARGV[4])) or storedEpoch > epoch or (storedEpoch == epoch and storedSequence > sequence) then
            return 0
          end
          if base ~= '' and base ~= (stored[1] or '0') .. '-' .. (stored[2] or '0') then
            return -1
          end
        end
        local count = tonumber(ARGV[5])
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'sequence', ARGV[2], 'version', ARGV[4], unpack(ARGV, 6, 5 + count))
        local i = 6 + count
        while i <= #ARGV do
          local words, key = tonumber(ARGV[i]), tonumber(ARGV[i + 2])
          if key == 0 then
            redis.call(ARGV[i + 1], unpack(ARGV, i + 3, i + words))
          else
            redis.call(ARGV[i + 1], KEYS[key], unpack(ARGV, i + 3, i + words))
          end
          i = i + words + 1
        end
        return 1
        """;

    /// <summary>
    /// The whole store. KEYS: position, symbols. ARGV: epoch, sequence, time, fingerprint, base (<c>EPOCH-SEQUENCE</c> or <see cref="Forced"/>), names of
    /// new symbols.
    /// </summary>
    public const string Position =
        """
        local stored = redis.call('HMGET', KEYS[1], 'epoch', 'sequence')
        if ARGV[5] ~= 'forced' and ARGV[5] ~= (stored[1] or '0') .. '-' .. (stored[2] or '0') then
          return 0
        end
        redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'sequence', ARGV[2], 'timeUs', ARGV[3], 'fingerprint', ARGV[4])
        for i = 6, #ARGV do
          redis.call('SADD', KEYS[2], ARGV[i])
        end
        return 1
        """;
}
