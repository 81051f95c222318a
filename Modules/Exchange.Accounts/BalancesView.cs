using System.Collections.Concurrent;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Snapshot;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Accounts;

/// <summary>
/// The published accounts: a pure fold of durable records into balances and keys, equal to the ledger after every command. One writer
/// (recovery, then the publisher); balances are read under a lock that a batch holds once, keys without blocking. The symbol directory
/// must have seen a record before this view does. A trading record allocates only where funds of a new chunk change.
/// </summary>
internal sealed class BalancesView : IRecordConsumer
{
    private const int SnapshotVersion = 1;

    private readonly SymbolDirectory _directory;
    private readonly Lock _lock = new();
    private readonly FundsTable _funds = new();
    private readonly ConcurrentDictionary<string, ApiKey> _apiKeys = new();
    private readonly ConcurrentDictionary<string, ApiKey>.AlternateLookup<ReadOnlySpan<char>> _apiKeysByText;

    /// <summary>Journal microseconds of each account's last change, 0 before the first; index 0 is nobody.</summary>
    private long[] _changedUs = new long[1024];
    private int _accountCount;

    /// <summary>Room to read a command into.</summary>
    private CommandSlot _command;

    /// <summary>The side of the incoming order. Kept over records: a continued command does not say it again.</summary>
    private Side _takerSide;

    public BalancesView(SymbolDirectory directory)
    {
        _directory = directory;
        _apiKeysByText = _apiKeys.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Finds a registered key. Any thread; allocates nothing and waits for nobody.</summary>
    public bool TryGetApiKey(ReadOnlySpan<char> apiKey, out ApiKey key) => _apiKeysByText.TryGetValue(apiKey, out key!);

    /// <summary>
    /// Replaces what <paramref name="balances"/> holds by the account's balances, in the order of asset ids; by nothing when the
    /// account is unknown. Any thread.
    /// </summary>
    /// <returns>Journal microseconds of the account's last change, 0 before the first.</returns>
    public long CopyBalances(int accountId, List<Balance> balances)
    {
        balances.Clear();
        var assets = _directory.Assets;
        balances.EnsureCapacity(assets.Length);
        lock (_lock)
        {
            if ((uint)(accountId - 1) >= (uint)_accountCount)
            {
                return 0;
            }

            foreach (var asset in assets)
            {
                var funds = _funds.Read(accountId, asset.Id);
                balances.Add(new Balance(asset, funds.Free, funds.Held));
            }

            return _changedUs[accountId];
        }
    }

    /// <summary>Takes the lock that <see cref="EndBatch"/> gives back, on the same thread.</summary>
    public void BeginBatch() => _lock.Enter();

    public void EndBatch() => _lock.Exit();

    public void Apply(in Record record, int replyToken)
    {
        var events = record.Events;
        if (!events.MoveNext() || events.Type == EventType.CommandRejected)
        {
            return;
        }

        if (record.CommandType.IsTrading())
        {
            ApplyTrading(record, events);
        }
        else
        {
            ApplyAdministration(record, events);
        }
    }

    /// <summary>Times of the last changes, keys in the order of their accounts, funds.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(SnapshotVersion);
        writer.Write(_accountCount);
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            writer.Write(_changedUs[accountId]);
        }

        var keys = _apiKeys.Values.OrderBy(key => key.AccountId).ThenBy(key => key.Value, StringComparer.Ordinal).ToArray();
        writer.Write(keys.Length);
        foreach (var key in keys)
        {
            writer.Write(key.Value);
            writer.Write(key.AccountId);
            writer.Write(key.SecretCiphertext.Span);
        }

        _funds.Save(writer, _accountCount, _directory.Assets.Length);
        writer.Write((byte)_takerSide);
    }

    public void Load(SnapshotReader reader)
    {
        reader.ReadVersion("balances view", SnapshotVersion);
        _accountCount = reader.ReadCount(Ledger.MaxAccounts);
        _changedUs = new long[Math.Max(_changedUs.Length, _accountCount + 1)];
        for (var accountId = 1; accountId <= _accountCount; accountId++)
        {
            _changedUs[accountId] = reader.ReadInt64();
        }

        for (var left = reader.ReadCount(int.MaxValue); left > 0; left--)
        {
            var value = reader.ReadString();
            _apiKeys[value] = new ApiKey(value, reader.ReadInt32(), reader.ReadBytes());
        }

        _funds.Load(reader, _accountCount, _directory.Assets.Length);
        _takerSide = (Side)reader.ReadByte();
    }

    private void ApplyTrading(in Record record, EventReader events)
    {
        var symbol = _directory.Symbol(record.SymbolId);
        var accountId = record.AccountId;
        var timeUs = record.TimeUs;
        do
        {
            switch (events.Type)
            {
                case EventType.OrderAccepted:
                    _takerSide = SideOf(record);
                    Hold(accountId, symbol.PaidAsset(_takerSide), events.As<OrderAccepted>().Held, timeUs);
                    break;
                case EventType.TradeExecuted:
                    Settle(accountId, symbol, events.As<TradeExecuted>(), timeUs);
                    break;
                case EventType.OrderRested:
                    Hold(accountId, symbol.PaidAsset(_takerSide), -events.As<OrderRested>().Released, timeUs);
                    break;
                case EventType.OrderFilled:
                    Hold(accountId, symbol.PaidAsset(_takerSide), -events.As<OrderFilled>().Released, timeUs);
                    break;
                case EventType.OrderExpired:
                    Hold(accountId, symbol.PaidAsset(_takerSide), -events.As<OrderExpired>().Released, timeUs);
                    break;
                case EventType.OrderCanceled:
                    ref readonly var canceled = ref events.As<OrderCanceled>();
                    Hold(accountId, symbol.PaidAsset(canceled.Side), -canceled.Released, timeUs);
                    break;
                case EventType.OrderReduced:
                    ref readonly var reduced = ref events.As<OrderReduced>();
                    Hold(accountId, symbol.PaidAsset(reduced.Side), -reduced.Released, timeUs);
                    break;
                case EventType.OrderMoved:
                    ref readonly var moved = ref events.As<OrderMoved>();
                    _takerSide = moved.Side;
                    Hold(accountId, symbol.PaidAsset(moved.Side), moved.HeldChange, timeUs);
                    break;
            }
        }
        while (events.MoveNext());
    }

    private Side SideOf(in Record record)
    {
        Invariant.That(TradingCommandCodec.TryRead(record.CommandType, record.Body, ref _command), "an accepted order's command can be read");
        return _command.Side;
    }

    private void ApplyAdministration(in Record record, EventReader events)
    {
        do
        {
            switch (events.Type)
            {
                case EventType.AccountOpened:
                    Open(events.As<AccountOpened>().AccountId, OpenAccountCommand.Read(record.Body)!);
                    break;
                case EventType.BalanceAdjusted:
                    ref readonly var adjusted = ref events.As<BalanceAdjusted>();
                    Change(adjusted.AccountId, adjusted.AssetId, adjusted.Change, 0, record.TimeUs);
                    break;
            }
        }
        while (events.MoveNext());
    }

    private void Open(int accountId, OpenAccountCommand command)
    {
        Invariant.That(accountId == _accountCount + 1, "accounts are opened in the order of their ids");
        if (accountId == _changedUs.Length)
        {
            Array.Resize(ref _changedUs, _changedUs.Length * 2);
        }

        _accountCount = accountId;
        if (command.ApiKey.Length > 0)
        {
            var value = Encoding.ASCII.GetString(command.ApiKey);
            Invariant.That(
                _apiKeys.TryAdd(value, new ApiKey(value, accountId, command.SecretCiphertext)), "an API key is registered once");
        }
    }

    private void Settle(int takerAccountId, Symbol symbol, in TradeExecuted trade, long timeUs)
    {
        var takerSells = (trade.Flags & TradeFlags.TakerSells) != 0;
        var (buyer, seller) = takerSells ? (trade.MakerAccountId, takerAccountId) : (takerAccountId, trade.MakerAccountId);
        var (buyerFee, sellerFee) = takerSells ? (trade.MakerFee, trade.TakerFee) : (trade.TakerFee, trade.MakerFee);
        var baseAmount = symbol.BaseAmount(trade.Quantity);
        var quoteAmount = symbol.Notional(trade.Price, trade.Quantity);
        Change(buyer, symbol.QuoteAsset.Id, 0, -quoteAmount, timeUs);
        Change(seller, symbol.BaseAsset.Id, 0, -baseAmount, timeUs);
        Change(buyer, symbol.BaseAsset.Id, baseAmount - buyerFee, 0, timeUs);
        Change(seller, symbol.QuoteAsset.Id, quoteAmount - sellerFee, 0, timeUs);
    }

    /// <summary>Moves from free to held; a negative amount moves back.</summary>
    private void Hold(int accountId, Asset asset, long amount, long timeUs)
    {
        if (amount != 0)
        {
            Change(accountId, asset.Id, -amount, amount, timeUs);
        }
    }

    private void Change(int accountId, int assetId, long free, long held, long timeUs)
    {
        Invariant.That((uint)(accountId - 1) < (uint)_accountCount, "balances belong to an account that exists");
        ref var funds = ref _funds.At(accountId, assetId);
        funds.Free += free;
        funds.Held += held;
        Invariant.That(funds.Free >= 0 && funds.Held >= 0, "no balance is negative");
        _changedUs[accountId] = timeUs;
    }
}
