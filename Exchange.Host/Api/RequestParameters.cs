using System.Buffers;
using System.Text;

namespace Exchange.Host.Api;

/// <summary>
/// The parameters of one request, as spans over one pooled buffer. One request at a time, one thread at a time.
/// <code>
/// [ raw query | raw body | decoded names and values (only those that were percent-encoded) ]
/// </code>
/// Query and body lie side by side, because that is what a signature covers. A name in both places has the query's value;
/// a name twice in one place is an error.
/// </summary>
internal sealed class RequestParameters
{
    /// <summary>Most parameters of one request; the longest order list has 40.</summary>
    public const int MaxCount = 100;

    private readonly Parameter[] _parameters = new Parameter[MaxCount];
    private byte[] _buffer = [];
    private int _rawLength;
    private int _decodedEnd;
    private int _signatureStart;
    private int _signatureEnd;

    /// <summary>Where a name and its value stand in the buffer.</summary>
    private struct Parameter
    {
        public int NameStart;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
    }

    /// <summary>Different names that were sent.</summary>
    public int Count { get; private set; }

    /// <summary>What is wrong with the parameters as a whole, or null.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Takes the raw bytes in and splits them.</summary>
    /// <param name="query">Without the question mark; ASCII by HTTP, which the server has checked.</param>
    public void Load(ReadOnlySpan<char> query, in ReadOnlySequence<byte> body)
    {
        _rawLength = query.Length + (int)body.Length;
        if (_buffer.Length < 2 * _rawLength)
        {
            Release();
            _buffer = ArrayPool<byte>.Shared.Rent(2 * _rawLength);
        }

        Encoding.Latin1.GetBytes(query, _buffer);
        body.CopyTo(_buffer.AsSpan(query.Length));
        _decodedEnd = _rawLength;
        _signatureStart = _signatureEnd = 0;
        Count = 0;
        Error = null;
        Split(0, query.Length);
        Split(query.Length, _rawLength);
    }

    /// <summary>Gives the buffer back; what was read from it is void.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: false);
            _buffer = [];
        }

        Count = 0;
    }

    /// <summary>Returns whether the name was sent, and its decoded value, which may be empty.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var index = IndexOf(name, Count);
        value = index < 0 ? default : ValueAt(index);
        return index >= 0;
    }

    /// <summary>Returns the name that was sent as number <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> NameAt(int index) => _buffer.AsSpan(_parameters[index].NameStart, _parameters[index].NameLength);

    /// <summary>
    /// Writes what the signature covers: raw query and raw body with nothing between, without the signature's own pair and the
    /// <c>&amp;</c> that joins it.
    /// </summary>
    /// <param name="scratch">Rented when the payload had to be copied, and the caller's to return; else null.</param>
    public ReadOnlySpan<byte> SignedPayload(out byte[]? scratch)
    {
        scratch = null;
        var raw = _buffer.AsSpan(0, _rawLength);
        if (_signatureEnd == _rawLength || _signatureEnd == 0)
        {
            return _signatureEnd == 0 ? raw : raw[.._signatureStart];
        }

        var before = raw[.._signatureStart];
        var after = raw[_signatureEnd..];
        scratch = ArrayPool<byte>.Shared.Rent(before.Length + after.Length);
        before.CopyTo(scratch);
        after.CopyTo(scratch.AsSpan(before.Length));
        return scratch.AsSpan(0, before.Length + after.Length);
    }

    private ReadOnlySpan<byte> ValueAt(int index) => _buffer.AsSpan(_parameters[index].ValueStart, _parameters[index].ValueLength);

    private int IndexOf(ReadOnlySpan<byte> name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (name.SequenceEqual(NameAt(i)))
            {
                return i;
            }
        }

        return -1;
    }

    private void Split(int start, int end)
    {
        var inheritedCount = Count;
        var received = 0;
        for (var position = start; position < end;)
        {
            var length = _buffer.AsSpan(position, end - position).IndexOf((byte)'&');
            var pairEnd = length < 0 ? end : position + length;
            if (pairEnd > position)
            {
                received++;
                Add(start, position, pairEnd, end, inheritedCount);
            }

            position = pairEnd + 1;
        }

        if (inheritedCount + received > MaxCount)
        {
            Error = Errors.TooManyParameters(MaxCount, inheritedCount + received);
        }
    }

    private void Add(int sectionStart, int pairStart, int pairEnd, int sectionEnd, int inheritedCount)
    {
        if (Count == MaxCount)
        {
            return;
        }

        var pair = _buffer.AsSpan(pairStart, pairEnd - pairStart);
        var equals = pair.IndexOf((byte)'=');
        var nameLength = equals < 0 ? pair.Length : equals;
        var parameter = new Parameter();
        (parameter.NameStart, parameter.NameLength) = Decode(pairStart, nameLength);
        (parameter.ValueStart, parameter.ValueLength) =
            equals < 0 ? (pairEnd, 0) : Decode(pairStart + equals + 1, pair.Length - equals - 1);

        var name = _buffer.AsSpan(parameter.NameStart, parameter.NameLength);
        var known = IndexOf(name, Count);
        if (known >= inheritedCount)
        {
            Error ??= Errors.DuplicateParameter;
            return;
        }

        if (known >= 0)
        {
            return;
        }

        if (name.SequenceEqual("signature"u8))
        {
            // The joining '&' goes with the pair: the one in front of it, or the one behind when the pair comes first.
            _signatureStart = pairStart > sectionStart ? pairStart - 1 : pairStart;
            _signatureEnd = pairStart == sectionStart && pairEnd < sectionEnd ? pairEnd + 1 : pairEnd;
        }

        _parameters[Count++] = parameter;
    }

    /// <summary>Decodes <c>%XX</c> and <c>+</c>; text without them stays where it is. A <c>%</c> without two digits is kept.</summary>
    private (int Start, int Length) Decode(int start, int length)
    {
        if (!_buffer.AsSpan(start, length).ContainsAny((byte)'%', (byte)'+'))
        {
            return (start, length);
        }

        var decodedStart = _decodedEnd;
        var end = start + length;
        for (var i = start; i < end; i++)
        {
            var character = _buffer[i];
            if (character == '%' && i + 2 < end && char.IsAsciiHexDigit((char)_buffer[i + 1]) && char.IsAsciiHexDigit((char)_buffer[i + 2]))
            {
                character = (byte)((HexadecimalValue(_buffer[i + 1]) << 4) | HexadecimalValue(_buffer[i + 2]));
                i += 2;
            }
            else if (character == '+')
            {
                character = (byte)' ';
            }

            _buffer[_decodedEnd++] = character;
        }

        return (decodedStart, _decodedEnd - decodedStart);
    }

    private static int HexadecimalValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
