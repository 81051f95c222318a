using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed partial class MatchingEngine<TRisk, TLedger>
{
    private const int MaxAssets = ushort.MaxValue;

    private void Administer(CommandType type, ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var reason = type switch
        {
            CommandType.Genesis => SetGenesis(payload),
            CommandType.AddSymbol => AddSymbol(payload, ref record),
            CommandType.OpenAccount => OpenAccount(payload, ref record),
            CommandType.AdjustBalance => AdjustBalance(payload, ref record),
            CommandType.Quarantine => SetQuarantine(payload, isCancelOnly: true, ref record),
            CommandType.ReleaseQuarantine => SetQuarantine(payload, isCancelOnly: false, ref record),
            _ => RejectReason.Malformed,
        };
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
        }
    }

    private RejectReason SetGenesis(ReadOnlySpan<byte> payload)
    {
        var genesis = GenesisCommand.Read(payload);
        if (genesis is null || genesis.LogicVersion > GenesisCommand.CurrentLogicVersion)
        {
            return RejectReason.Malformed;
        }

        BeginChange();
        _genesis = genesis;
        TakeCapacities(genesis);
        return RejectReason.None;
    }

    private RejectReason AddSymbol(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var spec = AddSymbolCommand.Read(payload);
        if (spec is null)
        {
            return RejectReason.Malformed;
        }

        if (spec.Validate() is not null)
        {
            return RejectReason.InvalidSymbol;
        }

        foreach (var book in _books)
        {
            if (book.Symbol.Name == spec.Name)
            {
                return RejectReason.DuplicateSymbol;
            }
        }

        if (_books.Length >= TradingCommandCodec.NoSymbol)
        {
            return RejectReason.TooManySymbols;
        }

        var baseAsset = FindAsset(spec.BaseAsset);
        var quoteAsset = FindAsset(spec.QuoteAsset);
        if ((baseAsset is not null && baseAsset.Scale != spec.BaseScale) || (quoteAsset is not null && quoteAsset.Scale != spec.QuoteScale))
        {
            return RejectReason.AssetScaleMismatch;
        }

        if (_assets.Length > MaxAssets - 2)
        {
            return RejectReason.TooManyAssets;
        }

        BeginChange();
        baseAsset ??= AddAsset(spec.BaseAsset, spec.BaseScale, isBase: true, ref record);
        quoteAsset ??= AddAsset(spec.QuoteAsset, spec.QuoteScale, isBase: false, ref record);
        var symbol = new Symbol(_books.Length, spec, baseAsset, quoteAsset);
        _books = [.. _books, new SymbolBook(symbol, _orders, _levels, _nodes)];
        _risk.AddSymbol(symbol);
        record.Append(new SymbolAdded
        {
            Type = EventType.SymbolAdded,
            SymbolId = (ushort)symbol.Id,
            BaseAssetId = (ushort)baseAsset.Id,
            QuoteAssetId = (ushort)quoteAsset.Id,
        });
        return RejectReason.None;
    }

    private Asset? FindAsset(string name)
    {
        foreach (var asset in _assets)
        {
            if (asset.Name == name)
            {
                return asset;
            }
        }

        return null;
    }

    private Asset AddAsset(string name, int scale, bool isBase, ref RecordWriter record)
    {
        var asset = new Asset(_assets.Length, name, scale);
        _assets = [.. _assets, asset];
        _ledger.AddAsset(asset);
        record.Append(new AssetAdded { Type = EventType.AssetAdded, AssetId = (ushort)asset.Id, IsBase = isBase ? (byte)1 : (byte)0 });
        return asset;
    }

    private RejectReason OpenAccount(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = OpenAccountCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _ledger.CheckOpenAccount(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        var accountId = _ledger.OpenAccount(command);
        _risk.OpenAccount(accountId, command.OrderLimitPer10Seconds, command.OrderLimitPerDay);
        if (accountId >= _accountCancelOnly.Length)
        {
            Array.Resize(ref _accountCancelOnly, _accountCancelOnly.Length * 2);
        }

        record.Append(new AccountOpened { Type = EventType.AccountOpened, AccountId = accountId });
        foreach (var deposit in command.Deposits)
        {
            record.Append(new BalanceAdjusted
            {
                Type = EventType.BalanceAdjusted,
                AccountId = accountId,
                AssetId = (ushort)deposit.AssetId,
                Change = deposit.Amount,
            });
        }

        return RejectReason.None;
    }

    private RejectReason AdjustBalance(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!AdjustBalanceCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        var reason = _ledger.CheckAdjustBalance(in command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _ledger.AdjustBalance(in command);
        record.Append(new BalanceAdjusted
        {
            Type = EventType.BalanceAdjusted,
            AccountId = command.AccountId,
            AssetId = (ushort)command.AssetId,
            Change = command.Change,
        });
        return RejectReason.None;
    }

    private RejectReason SetQuarantine(ReadOnlySpan<byte> payload, bool isCancelOnly, ref RecordWriter record)
    {
        if (!QuarantineCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        var reason = CheckExists(command.AccountId, command.SymbolId);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _accountCancelOnly[command.AccountId] = isCancelOnly;
        _books[command.SymbolId].IsCancelOnly = isCancelOnly;
        record.Append(new QuarantineChanged
        {
            Type = EventType.QuarantineChanged,
            CancelOnly = isCancelOnly ? (byte)1 : (byte)0,
            AccountId = command.AccountId,
            SymbolId = (ushort)command.SymbolId,
        });
        return RejectReason.None;
    }

    private bool IsCancelOnly(int accountId) => _accountCancelOnly[accountId];
}
