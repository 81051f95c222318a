using System.Text;
using Exchange.Accounts;
using Exchange.Host.Api;
using Exchange.Matching.Commands;
using Exchange.Matching.Views;

namespace Exchange.Host.Admin;

/// <summary>What an administrative command asked for, in words. Ciphertexts and token hashes are left out.</summary>
internal static class AuditText
{
    /// <summary>Returns the text; empty for a body that cannot be read, which the engine has refused.</summary>
    public static string Of(AuditEntry entry, SymbolDirectory symbols)
    {
        var body = entry.Request.Span;
        switch (entry.RequestType)
        {
            case CommandType.AddAsset:
                return AddAssetCommand.Read(body) is { } asset ? $"{asset.Name} with {asset.Scale} decimals" : "";
            case CommandType.AddSymbol:
                return AddSymbolCommand.Read(body) is { } spec ? $"{spec.Name} ({spec.BaseAsset}/{spec.QuoteAsset})" : "";
            case CommandType.OpenAccount:
                return OpenAccountCommand.Read(body) is { } open
                    ? $"order limits {open.OrderLimitPer10Seconds} per 10 s, {open.OrderLimitPerDay} a day"
                    : "";
            case CommandType.AdjustBalance:
                return AdjustBalanceCommand.TryRead(body, out var adjust) ? Adjustment(adjust, symbols) : "";
            case CommandType.SetHalt:
                return SetHaltCommand.TryRead(body, out var halt) ? $"{(halt.IsHalted ? "halt" : "resume")} {NameOf(halt.SymbolId, symbols)}" : "";
            case CommandType.CancelOrders:
                return CancelOrdersCommand.TryRead(body, out var cancel)
                    ? $"{(cancel.AccountId == 0 ? "every account" : $"account {cancel.AccountId}")}, {NameOf(cancel.SymbolId, symbols)}{(cancel.Blocks ? ", blocked" : "")}"
                    : "";
            case CommandType.SetAccount:
                return SetAccountCommand.TryRead(body, out var account) ? $"{Word(account.IsEnabled)} account {account.AccountId}" : "";
            case CommandType.SetOrderLimits:
                return SetOrderLimitsCommand.TryRead(body, out var limits)
                    ? $"account {limits.AccountId}: {limits.Per10Seconds} per 10 s, {limits.PerDay} a day"
                    : "";
            case CommandType.AddApiKey:
                return AddApiKeyCommand.Read(body) is { } add ? $"account {add.AccountId}: {Encoding.ASCII.GetString(add.ApiKey)} ({add.Permissions})" : "";
            case CommandType.SetApiKey:
                return SetApiKeyCommand.Read(body) is { } key ? $"{Word(key.IsEnabled)} {Encoding.ASCII.GetString(key.ApiKey)}" : "";
            case CommandType.Quarantine or CommandType.ReleaseQuarantine:
                return QuarantineCommand.TryRead(body, out var quarantine) ? $"account {quarantine.AccountId}, {NameOf(quarantine.SymbolId, symbols)}" : "";
            case CommandType.CreateOperator:
                return CreateOperatorCommand.Read(body) is { } create ? $"{create.Name} as {create.Role.ToString().ToLowerInvariant()}" : "";
            case CommandType.AppointOperator:
                return AppointOperatorCommand.Read(body)?.Name ?? "";
            case CommandType.SetOperator:
                return SetOperatorCommand.TryRead(body, out var set) ? $"{Word(set.IsEnabled)} operator {set.OperatorId}" : "";
            case CommandType.ReplaceOperatorToken:
                return ReplaceOperatorTokenCommand.Read(body) is { } replace ? $"operator {replace.OperatorId}" : "";
            default:
                return "";
        }
    }

    private static string Word(bool isEnabled) => isEnabled ? "enable" : "disable";

    private static string NameOf(int symbolId, SymbolDirectory symbols) =>
        symbolId < symbols.Symbols.Length ? symbols.Symbol(symbolId).Name : "every market";

    private static string Adjustment(AdjustBalanceCommand adjust, SymbolDirectory symbols)
    {
        if (adjust.AssetId >= symbols.Assets.Length)
        {
            return $"account {adjust.AccountId}";
        }

        var asset = symbols.Assets[adjust.AssetId];
        Span<byte> text = stackalloc byte[DecimalText.MaxLength];
        var length = DecimalText.Format(SymbolUnits.Amount(asset, adjust.Change), text);
        return $"account {adjust.AccountId}: {Encoding.ASCII.GetString(text[..length])} {asset.Name}";
    }
}
