using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Tests.Support.Fakes;

/// <summary>Fills a <see cref="SymbolDirectory"/> the way the publisher does: with records.</summary>
internal static class PublishedSymbols
{
    public static SymbolSpec Spec(string name, string baseAsset, string quoteAsset) => new()
    {
        Name = name,
        BaseAsset = baseAsset,
        QuoteAsset = quoteAsset,
        TickSize = 1_000_000,
        MinPrice = 1_000_000,
        MaxPrice = 1_000_000 * FixedPoint.One,
        LotSize = 1_000,
        MinQuantity = 1_000,
        MaxQuantity = 9_000 * FixedPoint.One,
        MinNotional = 5 * FixedPoint.One,
        MaxNotional = 9_000_000 * FixedPoint.One,
    };

    public static void Start(SymbolDirectory directory, ExchangeMode mode) => Apply(directory, CommandType.Genesis, GenesisCommand.Default(mode).ToBytes(), []);

    public static Symbol Add(SymbolDirectory directory, SymbolSpec spec)
    {
        var events = new List<byte>();
        var baseId = AssetId(directory, spec.BaseAsset, isBase: true, events, directory.Assets.Length);
        var quoteId = AssetId(directory, spec.QuoteAsset, isBase: false, events, directory.Assets.Length + (events.Count > 0 ? 1 : 0));
        Append(events, new SymbolAdded
        {
            Type = EventType.SymbolAdded,
            SymbolId = (ushort)directory.Symbols.Length,
            BaseAssetId = (ushort)baseId,
            QuoteAssetId = (ushort)quoteId,
        });
        Apply(directory, CommandType.AddSymbol, AddSymbolCommand.ToBytes(spec), [.. events]);
        directory.TryGetSymbol(spec.Name, out var symbol);
        return symbol;
    }

    public static void Quarantine(SymbolDirectory directory, Symbol symbol)
    {
        var events = new List<byte>();
        Append(events, new QuarantineChanged { Type = EventType.QuarantineChanged, CancelOnly = 1, AccountId = 1, SymbolId = (ushort)symbol.Id });
        Apply(directory, CommandType.Quarantine, new QuarantineCommand(1, 1, symbol.Id).ToBytes(), [.. events]);
    }

    private static int AssetId(SymbolDirectory directory, string name, bool isBase, List<byte> events, int nextId)
    {
        if (directory.TryGetAsset(name, out var asset))
        {
            return asset.Id;
        }

        Append(events, new AssetAdded { Type = EventType.AssetAdded, AssetId = (ushort)nextId, IsBase = isBase ? (byte)1 : (byte)0 });
        return nextId;
    }

    private static void Append<T>(List<byte> events, T value)
        where T : unmanaged => events.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static void Apply(SymbolDirectory directory, CommandType type, byte[] body, byte[] events)
    {
        var header = new RecordHeader
        {
            Length = RecordHeader.Size + body.Length + events.Length,
            CommandType = type,
            BodyLength = (ushort)body.Length,
            Sequence = 1,
            TimeUs = ManualJournalTime.StartUs,
        };
        var bytes = new byte[header.Length];
        MemoryMarshal.Write(bytes, in header);
        body.CopyTo(bytes, RecordHeader.Size);
        events.CopyTo(bytes, RecordHeader.Size + body.Length);
        directory.BeginBatch();
        directory.Apply(new Record(bytes), CommandSlot.NoReply);
        directory.EndBatch();
    }
}
