using System.Buffers.Binary;
using System.Globalization;
using Exchange.Accounts;
using Exchange.Host.Api;
using Exchange.Host.Api.Endpoints;
using Exchange.Matching.Commands;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Admin;

/// <summary>The verbs that show something: published views, so what a change has answered is in them.</summary>
internal static class AdminReads
{
    private const int LimitMax = 1_000;

    public static ValueTask Status(AdminRequest request)
    {
        var services = request.Services;
        var pipeline = services.Link.Pipeline;
        var json = request.Json;
        json.WriteStartObject();
        json.WriteString("phase"u8, services.Status.Phase);
        json.WriteBoolean("ready"u8, services.Status.IsReady);
        json.WriteString("mode"u8, services.Symbols.Mode == ExchangeMode.Venue ? "venue" : "sandbox");
        json.WriteBoolean("halted"u8, services.Symbols.IsHalted);
        json.WriteNumber("durableSequence"u8, pipeline?.DurableSequence ?? 0);
        json.WriteNumber("publishedSequence"u8, pipeline?.PublishedSequence ?? 0);
        json.WriteNumber("commandsInRing"u8, pipeline?.CommandsInRing ?? 0);
        json.WriteNumber("assets"u8, services.Symbols.Assets.Length);
        json.WriteNumber("markets"u8, services.Symbols.Symbols.Length);
        json.WriteNumber("accounts"u8, services.Accounts.AccountCount);
        json.WriteNumber("operators"u8, services.Operators.Operators.Count);
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Assets(AdminRequest request)
    {
        request.Json.WriteStartArray();
        foreach (var asset in request.Services.Symbols.Assets)
        {
            request.Json.WriteStartObject();
            request.Json.WriteString("asset"u8, asset.Name);
            request.Json.WriteNumber("scale"u8, asset.Scale);
            request.Json.WriteEndObject();
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Markets(AdminRequest request)
    {
        var json = request.Json;
        json.WriteStartArray();
        foreach (var symbol in request.Services.Symbols.Symbols)
        {
            json.WriteStartObject();
            json.WriteString("symbol"u8, symbol.Name);
            json.WriteString("status"u8, SymbolJson.StatusOf(request.Services.Symbols, symbol));
            json.WriteString("baseAsset"u8, symbol.BaseAsset.Name);
            json.WriteString("quoteAsset"u8, symbol.QuoteAsset.Name);
            json.WriteDecimal("tickSize"u8, symbol.Spec.TickSize);
            json.WriteDecimal("lotSize"u8, symbol.Spec.LotSize);
            json.WriteNumber("makerFeePpm"u8, symbol.Spec.MakerFeePpm);
            json.WriteNumber("takerFeePpm"u8, symbol.Spec.TakerFeePpm);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Accounts(AdminRequest request)
    {
        var first = request.Integer("after") + 1L;
        var last = Math.Min(request.Services.Accounts.AccountCount, request.Integer("after") + (long)LimitOf(request));
        if (!request.IsValid)
        {
            return ValueTask.CompletedTask;
        }

        request.Json.WriteStartArray();
        for (var accountId = first; accountId <= last; accountId++)
        {
            request.Json.WriteStartObject();
            WriteAccount(request, (int)accountId);
            request.Json.WriteEndObject();
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Account(AdminRequest request)
    {
        var services = request.Services;
        var accountId = request.Integer("account");
        if (!services.Accounts.TryGetAccount(accountId, out _))
        {
            request.Fail(AdminError.Of(RejectReason.UnknownAccount));
            return ValueTask.CompletedTask;
        }

        var json = request.Json;
        json.WriteStartObject();
        WriteAccount(request, accountId);
        var counts = services.Risk.CountsOf(accountId, services.Link.NowUs);
        json.WriteNumber("per10Seconds"u8, counts.LimitPer10Seconds);
        json.WriteNumber("perDay"u8, counts.LimitPerDay);
        List<OrderState> orders = [];
        services.Orders.CopyOpenOrders(accountId, null, orders);
        json.WriteNumber("openOrders"u8, orders.Count);
        json.WriteStartArray("keys"u8);
        foreach (var key in services.Accounts.KeysOf(accountId))
        {
            json.WriteStartObject();
            json.WriteString("apiKey"u8, key.Value);
            json.WriteBoolean("enabled"u8, key.IsEnabled);
            json.WriteBoolean("read"u8, key.Permissions.HasFlag(ApiKeyPermissions.Read));
            json.WriteBoolean("trade"u8, key.Permissions.HasFlag(ApiKeyPermissions.Trade));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Operators(AdminRequest request)
    {
        var json = request.Json;
        json.WriteStartArray();
        foreach (var each in request.Services.Operators.Operators)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, each.Name);
            json.WriteString("role"u8, each.Role.ToString().ToLowerInvariant());
            json.WriteBoolean("enabled"u8, each.IsEnabled);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    public static ValueTask Audit(AdminRequest request)
    {
        var limit = LimitOf(request);
        if (!long.TryParse(request.Text("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var before))
        {
            request.Fail(AdminError.Field("Field 'before' must be a sequence."));
        }

        if (!request.IsValid)
        {
            return ValueTask.CompletedTask;
        }

        var names = request.Services.Operators.Operators;
        request.Json.WriteStartArray();
        foreach (var entry in request.Services.Operators.Audit(limit, before))
        {
            WriteAudit(request, names, entry);
        }

        request.Json.WriteEndArray();
        return ValueTask.CompletedTask;
    }

    private static void WriteAudit(AdminRequest request, IReadOnlyList<Operator> names, AuditEntry entry)
    {
        var json = request.Json;
        json.WriteStartObject();
        json.WriteNumber("sequence"u8, entry.Sequence);
        json.WriteString("time"u8, DateTime.UnixEpoch.AddMicroseconds(entry.TimeUs));
        json.WriteString("operator"u8, entry.OperatorId == 0 ? "exchange" : names[entry.OperatorId - 1].Name);
        json.WriteString("request"u8, entry.RequestType.ToString());
        json.WriteString("details"u8, AuditText.Of(entry, request.Services.Symbols));
        json.WriteString("outcome"u8, entry.FirstSequence != 0 ? "repeated" : entry.Reject == RejectReason.None ? "done" : entry.Reject.ToString());
        json.WriteString("reason"u8, entry.Reason);
        if (entry.RequestId != 0)
        {
            Span<byte> id = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(id, entry.RequestId);
            json.WriteString("requestId"u8, new Guid(id, bigEndian: true));
        }

        json.WriteEndObject();
    }

    private static int LimitOf(AdminRequest request)
    {
        var limit = request.Integer("limit");
        if (limit is < 1 or > LimitMax)
        {
            request.Fail(AdminError.Field($"Field 'limit' must lie in 1..{LimitMax}."));
        }

        return limit;
    }

    private static void WriteAccount(AdminRequest request, int accountId)
    {
        var json = request.Json;
        request.Services.Accounts.TryGetAccount(accountId, out var isEnabled);
        json.WriteNumber("account"u8, accountId);
        json.WriteBoolean("enabled"u8, isEnabled);
        List<Balance> balances = [];
        request.Services.Accounts.CopyBalances(accountId, balances);
        json.WriteStartArray("balances"u8);
        foreach (var balance in balances)
        {
            if (balance.Free == 0 && balance.Held == 0)
            {
                continue;
            }

            json.WriteStartObject();
            json.WriteString("asset"u8, balance.Asset.Name);
            json.WriteDecimal("free"u8, SymbolUnits.Amount(balance.Asset, balance.Free));
            json.WriteDecimal("held"u8, SymbolUnits.Amount(balance.Asset, balance.Held));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
