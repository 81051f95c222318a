using System.Collections.Frozen;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Views;

/// <summary>
/// The published assets and symbols. One writer (recovery, then the publisher), read by any thread without a lock:
/// every change publishes a new immutable snapshot.
/// </summary>
public sealed class SymbolDirectory : IRecordConsumer
{
    private volatile Snapshot _snapshot = new([], [], [], ExchangeMode: null);

    private sealed record Snapshot(Asset[] Assets, Symbol[] Symbols, bool[] CancelOnly, ExchangeMode? ExchangeMode)
    {
        public FrozenDictionary<string, Symbol>.AlternateLookup<ReadOnlySpan<char>> SymbolsByName { get; } =
            Symbols.ToFrozenDictionary(symbol => symbol.Name).GetAlternateLookup<ReadOnlySpan<char>>();

        public FrozenDictionary<string, Asset> AssetsByName { get; } = Assets.ToFrozenDictionary(asset => asset.Name);
    }

    /// <summary>Null until the first command is durable.</summary>
    public ExchangeMode? Mode => _snapshot.ExchangeMode;

    /// <summary>In the order of their ids.</summary>
    public ReadOnlySpan<Asset> Assets => _snapshot.Assets;

    /// <summary>In the order of their ids.</summary>
    public ReadOnlySpan<Symbol> Symbols => _snapshot.Symbols;

    public Symbol Symbol(int symbolId) => _snapshot.Symbols[symbolId];

    /// <summary>Returns whether the symbol takes cancels only (quarantine).</summary>
    public bool IsCancelOnly(int symbolId) => _snapshot.CancelOnly[symbolId];

    public bool TryGetSymbol(ReadOnlySpan<char> name, out Symbol symbol) => _snapshot.SymbolsByName.TryGetValue(name, out symbol!);

    public bool TryGetAsset(string name, out Asset asset) => _snapshot.AssetsByName.TryGetValue(name, out asset!);

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
                    Add(asset, AddSymbolCommand.Read(record.Body)!);
                    break;
                case EventType.SymbolAdded:
                    ref readonly var symbol = ref events.As<SymbolAdded>();
                    Add(symbol, AddSymbolCommand.Read(record.Body)!);
                    break;
                case EventType.QuarantineChanged:
                    ref readonly var quarantine = ref events.As<QuarantineChanged>();
                    var cancelOnly = (bool[])_snapshot.CancelOnly.Clone();
                    cancelOnly[quarantine.SymbolId] = quarantine.CancelOnly != 0;
                    _snapshot = _snapshot with { CancelOnly = cancelOnly };
                    break;
            }
        }

        if (record.CommandType == CommandType.Genesis)
        {
            _snapshot = _snapshot with { ExchangeMode = GenesisCommand.Read(record.Body)!.Mode };
        }
    }

    public void EndBatch()
    {
    }

    private void Add(in AssetAdded added, SymbolSpec spec)
    {
        var asset = added.IsBase != 0
            ? new Asset(added.AssetId, spec.BaseAsset, spec.BaseScale)
            : new Asset(added.AssetId, spec.QuoteAsset, spec.QuoteScale);
        var snapshot = _snapshot;
        _snapshot = new Snapshot([.. snapshot.Assets, asset], snapshot.Symbols, snapshot.CancelOnly, snapshot.ExchangeMode);
    }

    private void Add(in SymbolAdded added, SymbolSpec spec)
    {
        var snapshot = _snapshot;
        var symbol = new Symbol(added.SymbolId, spec, snapshot.Assets[added.BaseAssetId], snapshot.Assets[added.QuoteAssetId]);
        _snapshot = new Snapshot(snapshot.Assets, [.. snapshot.Symbols, symbol], [.. snapshot.CancelOnly, false], snapshot.ExchangeMode);
    }
}
