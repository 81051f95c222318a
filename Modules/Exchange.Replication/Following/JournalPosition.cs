using System.Buffers.Binary;
using System.Security.Cryptography;
using Exchange.Matching.Events;

namespace Exchange.Replication.Following;

/// <summary>
/// How far a store has followed the journal: always behind the last record of a command, so that nothing of a command is kept in memory alone.
/// </summary>
/// <param name="Epoch">Of the group that the record came with.</param>
/// <param name="Sequence">Of the last record applied; 0 before the first.</param>
/// <param name="TimeUs">Of that record, journal microseconds.</param>
/// <param name="Fingerprint">Of that record's bytes: tells another journal that has the same sequences.</param>
internal readonly record struct JournalPosition(long Epoch, long Sequence, long TimeUs, long Fingerprint)
{
    public static JournalPosition Behind(long epoch, in Record record) =>
        new(epoch, record.Sequence, record.TimeUs, BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(record.Bytes)));
}
