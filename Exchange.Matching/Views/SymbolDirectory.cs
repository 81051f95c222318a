using System.Collections.Frozen;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>
/// The published assets and symbols. One writer (recovery, then the publisher), read by any thread without a lock:
/// every change publishes a new immutable content.
/// </summary>
public sealed class SymbolDirectory : IRecordConsumer
{
    private const int SnapshotVersion = 1;

    private volatile Content _content = new([], [], [], IsHalted: false, ExchangeMode: null);

    private sealed record Content(Asset[] Assets, Symbol[] Symbols, Restrictions[] Restrictions, bool IsHalted, ExchangeMode? ExchangeMode)
    {
        public FrozenDictionary<string, Symbol>.AlternateLookup<ReadOnlySpan<char>> SymbolsByName { get; } =
            Symbols.ToFrozenDictionary(symbol => symbol.Name).GetAlternateLookup<ReadOnlySpan<char>>();

        public FrozenDictionary<string, Asset> AssetsByName { get; } = Assets.ToFrozenDictionary(asset => asset.Name);
    }

    /// <summary>Null until the first command is durable.</summary>
    public ExchangeMode? Mode => _content.ExchangeMode;

    /// <summary>In the order of their ids.</summary>
    public ReadOnlySpan<Asset> Assets => _content.Assets;

    /// <summary>In the order of their ids.</summary>
    public ReadOnlySpan<Symbol> Symbols => _content.Symbols;

    public Symbol Symbol(int symbolId) => _content.Symbols[symbolId];

    /// <summary>The whole venue is halted: every symbol is, and will be.</summary>
    public bool IsHalted => _content.IsHalted;

    /// <summary>Returns whether the symbol takes cancels only (quarantine, halt).</summary>
    public bool IsCancelOnly(int symbolId) => RestrictionsOf(symbolId) != Restrictions.None;

    /// <summary>Returns why the symbol takes no new orders; none while it does.</summary>
    public Restrictions RestrictionsOf(int symbolId) => _content.Restrictions[symbolId];

    public bool TryGetSymbol(ReadOnlySpan<char> name, out Symbol symbol) => _content.SymbolsByName.TryGetValue(name, out symbol!);

    public bool TryGetAsset(string name, out Asset asset) => _content.AssetsByName.TryGetValue(name, out asset!);

    public void BeginBatch()
    {
    }

    public void Apply(in Record record, int replyToken)
    {
        if (record.CommandType.IsTrading())
        {
            return;
        }

        var events = record.Events;
        while (events.MoveNext())
        {
            switch (events.Type)
            {
                case EventType.CommandRejected:
                    return;
                case EventType.AssetAdded:
                    ref readonly var asset = ref events.As<AssetAdded>();
                    Add(AssetOf(record, asset));
                    break;
                case EventType.SymbolAdded:
                    ref readonly var symbol = ref events.As<SymbolAdded>();
                    Add(symbol, AddSymbolCommand.Read(record.RequestBody)!);
                    break;
                case EventType.QuarantineChanged:
                    ref readonly var quarantine = ref events.As<QuarantineChanged>();
                    Restrict(quarantine.SymbolId, Restrictions.Quarantine, quarantine.CancelOnly != 0);
                    break;
                case EventType.HaltChanged:
                    ref readonly var halt = ref events.As<HaltChanged>();
                    Halt(halt.SymbolId, halt.IsHalted != 0);
                    break;
            }
        }

        if (record.CommandType == CommandType.Genesis)
        {
            _content = _content with { ExchangeMode = GenesisCommand.Read(record.Body)!.Mode };
        }
    }

    public void EndBatch()
    {
    }

    public void Save(SnapshotWriter writer)
    {
        var content = _content;
        writer.Write(SnapshotVersion);
        writer.Write((byte)(content.ExchangeMode ?? 0));
        writer.Write(content.IsHalted);
        writer.Write(content.Assets.Length);
        foreach (var asset in content.Assets)
        {
            writer.Write(asset.Name);
            writer.Write(asset.Scale);
        }

        writer.Write(content.Symbols.Length);
        foreach (var symbol in content.Symbols)
        {
            writer.Write(AddSymbolCommand.ToBytes(symbol.Spec));
            writer.Write((byte)content.Restrictions[symbol.Id]);
        }
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("symbol directory", SnapshotVersion);
        var mode = reader.ReadByte();
        var isHalted = reader.ReadBool();
        var assets = new Asset[reader.ReadCount(ushort.MaxValue)];
        for (var assetId = 0; assetId < assets.Length; assetId++)
        {
            assets[assetId] = new Asset(assetId, reader.ReadString(), reader.ReadInt32());
        }

        var symbols = new Symbol[reader.ReadCount(ushort.MaxValue)];
        var restrictions = new Restrictions[symbols.Length];
        for (var symbolId = 0; symbolId < symbols.Length; symbolId++)
        {
            var spec = AddSymbolCommand.Read(reader.ReadBytes()) ?? throw new SnapshotDamagedException($"symbol {symbolId} cannot be read");
            symbols[symbolId] = new Symbol(symbolId, spec, AssetNamed(spec.BaseAsset, assets), AssetNamed(spec.QuoteAsset, assets));
            restrictions[symbolId] = (Restrictions)reader.ReadByte();
        }

        _content = new Content(assets, symbols, restrictions, isHalted, mode == 0 ? null : (ExchangeMode)mode);
    }

    private static Asset AssetNamed(string name, Asset[] assets) =>
        Array.Find(assets, asset => asset.Name == name) ?? throw new SnapshotDamagedException($"a symbol needs the asset {name}, which is not there");

    private static Asset AssetOf(in Record record, in AssetAdded added)
    {
        if (record.RequestType == CommandType.AddAsset)
        {
            var command = AddAssetCommand.Read(record.RequestBody)!;
            return new Asset(added.AssetId, command.Name, command.Scale);
        }

        var spec = AddSymbolCommand.Read(record.RequestBody)!;
        return added.IsBase != 0
            ? new Asset(added.AssetId, spec.BaseAsset, spec.BaseScale)
            : new Asset(added.AssetId, spec.QuoteAsset, spec.QuoteScale);
    }

    private void Add(Asset asset) => _content = new Content(
        [.. _content.Assets, asset], _content.Symbols, _content.Restrictions, _content.IsHalted, _content.ExchangeMode);

    private void Add(in SymbolAdded added, SymbolSpec spec)
    {
        var content = _content;
        var symbol = new Symbol(added.SymbolId, spec, content.Assets[added.BaseAssetId], content.Assets[added.QuoteAssetId]);
        var restrictions = content.IsHalted ? Restrictions.VenueHalt : Restrictions.None;
        _content = new Content(
            content.Assets, [.. content.Symbols, symbol], [.. content.Restrictions, restrictions], content.IsHalted, content.ExchangeMode);
    }

    private void Halt(int symbolId, bool isHalted)
    {
        if (symbolId != TradingCommandCodec.NoSymbol)
        {
            Restrict(symbolId, Restrictions.Halt, isHalted);
            return;
        }

        var content = _content;
        _content = content with
        {
            Restrictions = [.. content.Restrictions.Select(each => With(each, Restrictions.VenueHalt, isHalted))],
            IsHalted = isHalted,
        };
    }

    private void Restrict(int symbolId, Restrictions restriction, bool isSet)
    {
        var restrictions = (Restrictions[])_content.Restrictions.Clone();
        restrictions[symbolId] = With(restrictions[symbolId], restriction, isSet);
        _content = _content with { Restrictions = restrictions };
    }

    private static Restrictions With(Restrictions restrictions, Restrictions restriction, bool isSet) =>
        isSet ? restrictions | restriction : restrictions & ~restriction;
}
