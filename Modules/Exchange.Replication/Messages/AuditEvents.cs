using System.Text;
using System.Text.Json;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Replication.Messages;

/// <summary>
/// Everything that is not trading as messages: who asked for what and why, whether it was done, and what changed. No key's value, no secret and
/// no token's hash is in them. One thread.
/// </summary>
/// <param name="symbols">As behind the record.</param>
internal sealed class AuditEvents(EventJson json, Func<SymbolDirectory> symbols)
{
    /// <summary>Adds the messages of a record that is no trading command's: first the command, then its events.</summary>
    public void Add(in Record record)
    {
        var events = record.Events;
        var isRejected = false;
        if (events.MoveNext() && events.Type == EventType.CommandRejected)
        {
            isRejected = true;
        }

        var writer = json.Begin(isRejected ? "CommandRejected" : "CommandExecuted", null, null);
        writer.WriteString("command", $"{(record.RequestType == default ? record.CommandType : record.RequestType)}");
        if (record.CommandType == CommandType.Administer && AdministerCommand.TryRead(record.Body, out var request))
        {
            writer.WriteNumber("operatorId", request.OperatorId);
            writer.WriteString("requestId", $"{request.RequestId:x32}");
            writer.WriteString("requestReason", Encoding.UTF8.GetString(request.Reason));
        }

        if (isRejected)
        {
            writer.WriteString("reason", $"{events.As<CommandRejected>().Reason}");
        }

        json.End();
        events = record.Events;
        while (!isRejected && events.MoveNext())
        {
            Add(ref events);
        }
    }

    private void Add(ref EventReader events)
    {
        switch (events.Type)
        {
            case EventType.AccountOpened:
                Begin(events.Type, events.As<AccountOpened>().AccountId);
                break;
            case EventType.BalanceAdjusted:
                ref readonly var adjusted = ref events.As<BalanceAdjusted>();
                var asset = symbols().Assets[adjusted.AssetId];
                Begin(events.Type, adjusted.AccountId).WriteString("asset", asset.Name);
                json.Amount("change", asset, adjusted.Change);
                break;
            case EventType.AssetAdded:
                Begin(events.Type).WriteString("asset", symbols().Assets[events.As<AssetAdded>().AssetId].Name);
                break;
            case EventType.SymbolAdded:
                Begin(events.Type, symbol: Name(events.As<SymbolAdded>().SymbolId));
                break;
            case EventType.QuarantineChanged:
                ref readonly var quarantine = ref events.As<QuarantineChanged>();
                Begin(events.Type, quarantine.AccountId, Name(quarantine.SymbolId)).WriteBoolean("isCancelOnly", quarantine.CancelOnly != 0);
                break;
            case EventType.RequestRepeated:
                Begin(events.Type).WriteNumber("firstSequence", events.As<RequestRepeated>().FirstSequence);
                break;
            case EventType.ApiKeyAdded:
                ref readonly var added = ref events.As<ApiKeyAdded>();
                Begin(events.Type, added.AccountId).WriteNumber("keyId", added.KeyId);
                break;
            case EventType.ApiKeyChanged:
                ref readonly var key = ref events.As<ApiKeyChanged>();
                var ofKey = Begin(events.Type);
                ofKey.WriteNumber("keyId", key.KeyId);
                ofKey.WriteBoolean("isEnabled", key.IsEnabled != 0);
                break;
            case EventType.AccountChanged:
                ref readonly var account = ref events.As<AccountChanged>();
                Begin(events.Type, account.AccountId).WriteBoolean("isEnabled", account.IsEnabled != 0);
                break;
            case EventType.OrderLimitsChanged:
                ref readonly var limits = ref events.As<OrderLimitsChanged>();
                var ofLimits = Begin(events.Type, limits.AccountId);
                ofLimits.WriteNumber("per10Seconds", limits.Per10Seconds);
                ofLimits.WriteNumber("perDay", limits.PerDay);
                break;
            case EventType.HaltChanged:
                ref readonly var halt = ref events.As<HaltChanged>();
                Begin(events.Type, symbol: Name(halt.SymbolId)).WriteBoolean("isHalted", halt.IsHalted != 0);
                break;
            case EventType.OperatorCreated:
                Begin(events.Type).WriteNumber("createdOperatorId", events.As<OperatorCreated>().OperatorId);
                break;
            case EventType.OperatorChanged:
                ref readonly var changed = ref events.As<OperatorChanged>();
                var ofOperator = Begin(events.Type);
                ofOperator.WriteNumber("changedOperatorId", changed.OperatorId);
                ofOperator.WriteBoolean("isEnabled", changed.IsEnabled != 0);
                ofOperator.WriteBoolean("hasNewToken", changed.HasNewToken != 0);
                break;
            default:
                return;
        }

        json.End();
    }

    private Utf8JsonWriter Begin(EventType type, int? accountId = null, string? symbol = null) => json.Begin($"{type}", accountId, symbol);

    /// <summary>Returns the symbol's name, or null for all of them.</summary>
    private string? Name(int symbolId) => symbolId == TradingCommandCodec.NoSymbol ? null : symbols().Symbol(symbolId).Name;
}
