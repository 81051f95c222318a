namespace Exchange.Tests.Support.PowerLoss;

/// <summary>One file of a traced directory: what is durable, what a reader sees, and the changes between the two.</summary>
internal sealed class TracedFile
{
    public const int SectorSize = 512;

    private readonly List<Change> _pending = [];
    private FileImage _durable = new();
    private FileImage _current = new();

    /// <summary>A write of bytes or zeros, or a new length.</summary>
    /// <param name="Number">Of the record in the trace.</param>
    /// <param name="Length">Of the write, bytes; of the file for a truncation.</param>
    /// <param name="Bytes">Null for zeros.</param>
    private sealed record Change(long Number, bool IsTruncation, long Offset, long Length, ReadOnlyMemory<byte>? Bytes);

    /// <summary>What a reader sees, as a process does that comes after one that was killed.</summary>
    public byte[] Current => _current.ToArray();

    public bool HasPending => _pending.Count > 0;

    public void Write(long number, long offset, long length, ReadOnlyMemory<byte>? bytes) =>
        Add(new Change(number, IsTruncation: false, offset, length, bytes));

    public void Truncate(long number, long length) => Add(new Change(number, IsTruncation: true, 0, length, null));

    /// <summary>Makes every change before the record of that number durable.</summary>
    public void SyncBefore(long number)
    {
        foreach (var change in _pending.TakeWhile(change => change.Number < number))
        {
            Apply(_durable, change);
        }

        _pending.RemoveAll(change => change.Number < number);
    }

    /// <summary>Makes one write durable.</summary>
    public void SyncWrite(long number)
    {
        var change = _pending.Single(change => change.Number == number);
        Apply(_durable, change);
        _pending.Remove(change);
    }

    /// <summary>Returns what a loss of power may leave of this file.</summary>
    public byte[] Draw(PowerLossShape shape, Random random, long upTo)
    {
        var image = _durable.Copy();
        var keepsAll = shape == PowerLossShape.FileByFile && random.Next(2) == 0;
        foreach (var change in _pending)
        {
            switch (shape)
            {
                case PowerLossShape.NothingPending:
                    break;
                case PowerLossShape.InOrder when change.Number < upTo:
                case PowerLossShape.EverythingPending:
                case PowerLossShape.FileByFile when keepsAll:
                    Apply(image, change);
                    break;
                case PowerLossShape.InOrder when change.Number == upTo:
                case PowerLossShape.AnySectors:
                    ApplySome(image, change, random);
                    break;
            }
        }

        return image.ToArray();
    }

    private void Add(Change change)
    {
        _pending.Add(change);
        Apply(_current, change);
    }

    private static void Apply(FileImage image, Change change)
    {
        if (change.IsTruncation)
        {
            image.SetLength(change.Length);
        }
        else
        {
            image.Write(change.Offset, change.Length, change.Bytes);
        }
    }

    /// <summary>Some sectors of a write: each whole or not at all; now and then the file grows over sectors that were never written.</summary>
    private static void ApplySome(FileImage image, Change change, Random random)
    {
        if (change.IsTruncation)
        {
            if (random.Next(2) == 0)
            {
                Apply(image, change);
            }

            return;
        }

        var end = change.Offset + change.Length;
        if (random.Next(3) == 0 && end > image.Length)
        {
            image.SetLength(end);
        }

        var percent = random.Next(4) switch { 0 => 10, 1 => 90, _ => 50 };
        for (var offset = change.Offset; offset < end;)
        {
            var length = Math.Min(end, (offset / SectorSize + 1) * SectorSize) - offset;
            if (random.Next(100) < percent)
            {
                image.Write(offset, length, change.Bytes?.Slice((int)(offset - change.Offset), (int)length));
            }

            offset += length;
        }
    }
}

/// <summary>The bytes of a file.</summary>
internal sealed class FileImage
{
    private byte[] _bytes = [];

    public long Length { get; private set; }

    public FileImage Copy() => new() { _bytes = ToArray(), Length = Length };

    public byte[] ToArray() => _bytes.AsSpan(0, (int)Length).ToArray();

    /// <param name="bytes">Null for zeros.</param>
    public void Write(long offset, long length, ReadOnlyMemory<byte>? bytes)
    {
        SetLength(Math.Max(Length, offset + length));
        var place = _bytes.AsSpan((int)offset, (int)length);
        if (bytes is { } given)
        {
            given.Span.CopyTo(place);
        }
        else
        {
            place.Clear();
        }
    }

    public void SetLength(long length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Max(length, _bytes.Length * 2L));
        }

        if (length < Length)
        {
            _bytes.AsSpan((int)length, (int)(Length - length)).Clear();
        }

        Length = length;
    }
}
