using System.Buffers.Binary;
using Exchange.Matching.Types;

namespace Exchange.Replication.Sql.Postgres;

/// <summary>
/// Encodes rows for COPY … FROM STDIN (FORMAT BINARY) into one reused buffer. Why not Npgsql's importer: values come as what they are, so each is a few
/// stores into the buffer, and text is UTF-8 already. One thread.
/// <code>
/// header   11 bytes "PGCOPY\n\377\r\n\0", 4 bytes flags (0), 4 bytes length of an extension (0)
/// row       2 bytes number of columns, then for each: 4 bytes length, the value, big endian
/// trailer   2 bytes -1
/// </code>
/// </summary>
internal sealed class BinaryCopy
{
    private const int LongestNumber = sizeof(int) + sizeof(long);

    private byte[] _buffer = new byte[64 << 10];
    private int _length;
    private SqlTable _table = SqlTables.Assets;
    private int _column;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public void Begin(SqlTable table)
    {
        _table = table;
        _column = 0;
        _length = 0;
        "PGCOPY\n"u8.CopyTo(Take(7));
        ReadOnlySpan<byte> rest = [0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
        rest.CopyTo(Take(rest.Length));
    }

    /// <exception cref="InvariantBrokenException">The value is out of the column's range.</exception>
    public void Add(long value)
    {
        var type = Next();
        var span = Room(LongestNumber);
        switch (type)
        {
            case SqlType.SmallInt:
                Invariant.That(value == (short)value, "a value fits into its column");
                BinaryPrimitives.WriteInt32BigEndian(span, sizeof(short));
                BinaryPrimitives.WriteInt16BigEndian(span[sizeof(int)..], (short)value);
                _length += sizeof(int) + sizeof(short);
                break;
            case SqlType.Integer:
                Invariant.That(value == (int)value, "a value fits into its column");
                BinaryPrimitives.WriteInt32BigEndian(span, sizeof(int));
                BinaryPrimitives.WriteInt32BigEndian(span[sizeof(int)..], (int)value);
                _length += sizeof(int) + sizeof(int);
                break;
            default:
                BinaryPrimitives.WriteInt32BigEndian(span, sizeof(long));
                BinaryPrimitives.WriteInt64BigEndian(span[sizeof(int)..], value);
                _length += sizeof(int) + sizeof(long);
                break;
        }
    }

    public void Add(ReadOnlySpan<byte> utf8)
    {
        Invariant.That(Next() == SqlType.Text, "text goes into a column of text");
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), utf8.Length);
        utf8.CopyTo(Take(utf8.Length));
    }

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), -1);

    private SqlType Next()
    {
        if (_column == 0)
        {
            BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), (short)_table.Columns.Length);
        }

        var type = _table.Columns[_column].Type;
        _column = _column + 1 == _table.Columns.Length ? 0 : _column + 1;
        return type;
    }

    private Span<byte> Take(int count)
    {
        var span = Room(count)[..count];
        _length += count;
        return span;
    }

    private Span<byte> Room(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        return _buffer.AsSpan(_length);
    }
}
