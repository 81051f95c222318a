using Exchange.Matching.Administration;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

public sealed partial class MatchingEngine<TRisk, TLedger>
{
    private const int MaxAssets = ushort.MaxValue;

    /// <summary>What the request in execution has created; 0 when nothing.</summary>
    private int _resultId;

    private void Administer(CommandType type, ReadOnlySpan<byte> payload, long sequence, ref RecordWriter record)
    {
        var reason = type switch
        {
            CommandType.Genesis => SetGenesis(payload),
            CommandType.Quarantine => SetQuarantine(payload, isQuarantined: true, ref record),
            CommandType.AppointOperator => AppointOperator(payload, ref record),
            CommandType.Administer => ExecuteRequest(payload, sequence, ref record),
            _ => Mode == ExchangeMode.Venue ? RejectReason.OperatorRequired : Request(type, payload, ref record),
        };
        if (reason != RejectReason.None)
        {
            record.Reject(reason);
        }
    }

    /// <summary>Executes an operator's request, once for its id; answers a repeated one with what was done the first time.</summary>
    private RejectReason ExecuteRequest(ReadOnlySpan<byte> payload, long sequence, ref RecordWriter record)
    {
        if (!AdministerCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        var isSandbox = command.OperatorId == AdministerCommand.SandboxOperator && Mode == ExchangeMode.Sandbox;
        var reason = isSandbox ? RejectReason.None : _operators.CheckMayRequest(command.OperatorId, command.RequestType);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        var fingerprint = RequestTable.FingerprintOf(in command);
        if (_requests.TryFind(command.RequestId, out var knownFingerprint, out var firstSequence, out var resultId))
        {
            if (knownFingerprint != fingerprint)
            {
                return RejectReason.RequestIdReused;
            }

            record.Append(new RequestRepeated { Type = EventType.RequestRepeated, FirstSequence = firstSequence, ResultId = resultId });
            return RejectReason.None;
        }

        reason = Request(command.RequestType, command.Request, ref record);
        if (reason == RejectReason.None)
        {
            _requests.Remember(command.RequestId, fingerprint, sequence, _resultId);
        }

        return reason;
    }

    private RejectReason Request(CommandType type, ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        _resultId = 0;
        return type switch
        {
            CommandType.AddAsset => AddAsset(payload, ref record),
            CommandType.AddSymbol => AddSymbol(payload, ref record),
            CommandType.SetHalt => SetHalt(payload, ref record),
            CommandType.CancelOrders => CancelOrders(payload, ref record),
            CommandType.OpenAccount => OpenAccount(payload, ref record),
            CommandType.AdjustBalance => AdjustBalance(payload, ref record),
            CommandType.AddApiKey => AddApiKey(payload, ref record),
            CommandType.SetApiKey => SetApiKey(payload, ref record),
            CommandType.SetAccount => SetAccount(payload, ref record),
            CommandType.SetOrderLimits => SetOrderLimits(payload, ref record),
            CommandType.ReleaseQuarantine => SetQuarantine(payload, isQuarantined: false, ref record),
            CommandType.CreateOperator => CreateOperator(payload, ref record),
            CommandType.SetOperator => SetOperator(payload, ref record),
            CommandType.ReplaceOperatorToken => ReplaceOperatorToken(payload, ref record),
            _ => RejectReason.Malformed,
        };
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

        foreach (var known in _books)
        {
            if (known.Symbol.Name == spec.Name)
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
        var book = new SymbolBook(symbol, _orders, _nodes, _leaves);
        SetRestriction(ref book.Restrictions, Restrictions.VenueHalt, _isVenueHalted);
        _books = [.. _books, book];
        _risk.AddSymbol(symbol);
        record.Append(new SymbolAdded
        {
            Type = EventType.SymbolAdded,
            SymbolId = (ushort)symbol.Id,
            BaseAssetId = (ushort)baseAsset.Id,
            QuoteAssetId = (ushort)quoteAsset.Id,
        });
        _resultId = symbol.Id;
        return RejectReason.None;
    }

    private RejectReason AddAsset(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = AddAssetCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        if (!SymbolSpec.IsName(command.Name) || command.Scale is < 0 or > FixedPoint.Scale)
        {
            return RejectReason.InvalidAsset;
        }

        if (FindAsset(command.Name) is not null)
        {
            return RejectReason.DuplicateAsset;
        }

        if (_assets.Length > MaxAssets - 1)
        {
            return RejectReason.TooManyAssets;
        }

        BeginChange();
        _resultId = AddAsset(command.Name, command.Scale, isBase: true, ref record).Id;
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

    private RejectReason SetQuarantine(ReadOnlySpan<byte> payload, bool isQuarantined, ref RecordWriter record)
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
        ref var account = ref _accountRestrictions[command.AccountId];

        // Why: who may only cancel and breaks the engine again does it by a cancel; its client's retry must not do it forever.
        SetRestriction(ref account, Restrictions.Closed, isQuarantined && (account & Restrictions.Quarantine) != 0);
        SetRestriction(ref account, Restrictions.Quarantine, isQuarantined);
        FindRestrictedAccounts();
        SetRestriction(ref _books[command.SymbolId].Restrictions, Restrictions.Quarantine, isQuarantined);
        record.Append(new QuarantineChanged
        {
            Type = EventType.QuarantineChanged,
            CancelOnly = isQuarantined ? (byte)1 : (byte)0,
            AccountId = command.AccountId,
            SymbolId = (ushort)command.SymbolId,
        });
        return RejectReason.None;
    }

    private void FindRestrictedAccounts()
    {
        _hasRestrictedAccounts = Array.Exists(_accountRestrictions, restrictions => restrictions != Restrictions.None);
        _hasClosedAccounts = Array.Exists(_accountRestrictions, restrictions => (restrictions & Restrictions.Closed) != 0);
    }

    private bool IsCancelOnly(int accountId) => _hasRestrictedAccounts && _accountRestrictions[accountId] != Restrictions.None;

    private static void SetRestriction(ref Restrictions restrictions, Restrictions restriction, bool isSet) =>
        restrictions = isSet ? restrictions | restriction : restrictions & ~restriction;
}
