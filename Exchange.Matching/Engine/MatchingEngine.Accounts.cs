using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>Administration of accounts: opening, funds, keys, limits.</summary>
public sealed partial class MatchingEngine<TRisk, TLedger>
{
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
        if (accountId >= _accountRestrictions.Length)
        {
            Array.Resize(ref _accountRestrictions, _accountRestrictions.Length * 2);
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

        _resultId = accountId;
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

    private RejectReason AddApiKey(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = AddApiKeyCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _ledger.CheckAddApiKey(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        _resultId = _ledger.AddApiKey(command);
        record.Append(new ApiKeyAdded { Type = EventType.ApiKeyAdded, AccountId = command.AccountId, KeyId = _resultId });
        return RejectReason.None;
    }

    private RejectReason SetApiKey(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        var command = SetApiKeyCommand.Read(payload);
        if (command is null)
        {
            return RejectReason.Malformed;
        }

        var reason = _ledger.CheckSetApiKey(command);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        BeginChange();
        var keyId = _ledger.SetApiKey(command);
        record.Append(new ApiKeyChanged { Type = EventType.ApiKeyChanged, KeyId = keyId, IsEnabled = command.IsEnabled ? (byte)1 : (byte)0 });
        return RejectReason.None;
    }

    private RejectReason SetAccount(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!SetAccountCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        if (!AccountExists(command.AccountId))
        {
            return RejectReason.UnknownAccount;
        }

        if (((_accountRestrictions[command.AccountId] & Restrictions.Disabled) == 0) == command.IsEnabled)
        {
            return RejectReason.NoChange;
        }

        BeginChange();
        EnableAccount(command.AccountId, command.IsEnabled, ref record);
        return RejectReason.None;
    }

    private void EnableAccount(int accountId, bool isEnabled, ref RecordWriter record)
    {
        SetRestriction(ref _accountRestrictions[accountId], Restrictions.Disabled, !isEnabled);
        _hasRestrictedAccounts |= !isEnabled;
        record.Append(new AccountChanged { Type = EventType.AccountChanged, AccountId = accountId, IsEnabled = isEnabled ? (byte)1 : (byte)0 });
    }

    private RejectReason SetOrderLimits(ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (!SetOrderLimitsCommand.TryRead(payload, out var command))
        {
            return RejectReason.Malformed;
        }

        if (!AccountExists(command.AccountId))
        {
            return RejectReason.UnknownAccount;
        }

        BeginChange();
        _risk.SetOrderLimits(command.AccountId, command.Per10Seconds, command.PerDay);
        record.Append(new OrderLimitsChanged
        {
            Type = EventType.OrderLimitsChanged,
            AccountId = command.AccountId,
            Per10Seconds = command.Per10Seconds,
            PerDay = command.PerDay,
        });
        return RejectReason.None;
    }

    private bool AccountExists(int accountId) => (uint)(accountId - 1) < (uint)_ledger.AccountCount;
}
