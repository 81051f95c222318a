using System.Buffers.Binary;
using System.Text;
using Exchange.Accounts;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>The door's implementation: each request is one command through the gateway's reserve, so that it gets in under overload, too.</summary>
internal sealed class Administration(ICommandGateway gateway, IAccountsModule accounts, SecretProtector secrets) : IAdministration
{
    public ValueTask<AdminResult> CreateAssetAsync(AdminCaller caller, string name, int scale) =>
        ExecuteAsync(caller, CommandType.AddAsset, new AddAssetCommand(name, scale).ToBytes());

    public ValueTask<AdminResult> CreateMarketAsync(AdminCaller caller, SymbolSpec spec) =>
        ExecuteAsync(caller, CommandType.AddSymbol, AddSymbolCommand.ToBytes(spec));

    public ValueTask<AdminResult> OpenAccountAsync(AdminCaller caller, OpenAccountCommand command) =>
        ExecuteAsync(caller, CommandType.OpenAccount, command.ToBytes());

    public async ValueTask<AdminResult> CreateKeyAsync(AdminCaller caller, int accountId, ApiKeyPermissions permissions)
    {
        var apiKey = RandomText.Key();
        var secret = RandomText.Key();
        var command = new AddApiKeyCommand(
            accountId, permissions, Encoding.ASCII.GetBytes(apiKey), secrets.Protect(apiKey, Encoding.ASCII.GetBytes(secret)));
        var result = await ExecuteAsync(caller, CommandType.AddApiKey, command.ToBytes());
        return !result.IsDone ? result
            : result.IsRepeated ? result with { ApiKey = accounts.KeyById(result.CreatedId)?.Value }
            : result with { ApiKey = apiKey, Secret = secret };
    }

    public ValueTask<AdminResult> SetKeyAsync(AdminCaller caller, string apiKey, bool isEnabled) =>
        ExecuteAsync(caller, CommandType.SetApiKey, new SetApiKeyCommand(Encoding.ASCII.GetBytes(apiKey), isEnabled).ToBytes());

    public ValueTask<AdminResult> SetAccountAsync(AdminCaller caller, int accountId, bool isEnabled) =>
        ExecuteAsync(caller, CommandType.SetAccount, new SetAccountCommand(accountId, isEnabled).ToBytes());

    public ValueTask<AdminResult> SetOrderLimitsAsync(AdminCaller caller, int accountId, int per10Seconds, int perDay) =>
        ExecuteAsync(caller, CommandType.SetOrderLimits, new SetOrderLimitsCommand(accountId, per10Seconds, perDay).ToBytes());

    public ValueTask<AdminResult> AdjustBalanceAsync(AdminCaller caller, int accountId, Asset asset, long units) =>
        ExecuteAsync(caller, CommandType.AdjustBalance, new AdjustBalanceCommand(accountId, asset.Id, units).ToBytes());

    public ValueTask<AdminResult> SetHaltAsync(AdminCaller caller, Symbol? symbol, bool isHalted) =>
        ExecuteAsync(caller, CommandType.SetHalt, new SetHaltCommand(IdOf(symbol), isHalted).ToBytes());

    public ValueTask<AdminResult> CancelOrdersAsync(AdminCaller caller, int? accountId, Symbol? symbol, bool blocks) =>
        ExecuteAsync(caller, CommandType.CancelOrders, new CancelOrdersCommand(accountId ?? 0, IdOf(symbol), blocks).ToBytes());

    public ValueTask<AdminResult> ReleaseQuarantineAsync(AdminCaller caller, int accountId, Symbol symbol) =>
        ExecuteAsync(caller, CommandType.ReleaseQuarantine, new QuarantineCommand(0, accountId, symbol.Id).ToBytes());

    public async ValueTask<AdminResult> CreateOperatorAsync(AdminCaller caller, string name, OperatorRole role)
    {
        var token = OperatorToken.New();
        var command = new CreateOperatorCommand(name, role, OperatorToken.HashOf(token));
        return WithSecret(await ExecuteAsync(caller, CommandType.CreateOperator, command.ToBytes()), token);
    }

    public ValueTask<AdminResult> SetOperatorAsync(AdminCaller caller, int operatorId, bool isEnabled) =>
        ExecuteAsync(caller, CommandType.SetOperator, new SetOperatorCommand(operatorId, isEnabled).ToBytes());

    public async ValueTask<AdminResult> ReplaceTokenAsync(AdminCaller caller, int operatorId)
    {
        var token = OperatorToken.New();
        var command = new ReplaceOperatorTokenCommand(operatorId, OperatorToken.HashOf(token));
        return WithSecret(await ExecuteAsync(caller, CommandType.ReplaceOperatorToken, command.ToBytes()), token);
    }

    private static int IdOf(Symbol? symbol) => symbol?.Id ?? TradingCommandCodec.NoSymbol;

    private static AdminResult WithSecret(AdminResult result, string secret) =>
        result.IsDone && !result.IsRepeated ? result with { Secret = secret } : result;

    private async ValueTask<AdminResult> ExecuteAsync(AdminCaller caller, CommandType type, byte[] request)
    {
        var requestId = BinaryPrimitives.ReadUInt128BigEndian(caller.RequestId.ToByteArray(bigEndian: true));
        var command = AdministerCommand.ToBytes(caller.OperatorId, requestId, caller.Reason, type, request);
        if (!gateway.TrySubmit(CommandType.Administer, command, ClaimClass.Reserved, out var pending))
        {
            return new AdminResult(IsOverloaded: true, RejectReason.None, Sequence: 0);
        }

        using var reply = await pending.ConfigureAwait(false);
        return Read(reply);
    }

    private static AdminResult Read(CommandReply reply)
    {
        var result = new AdminResult(IsOverloaded: false, reply.Reject, reply.Sequence);
        var canceled = 0;
        for (var rest = reply.Records; !rest.IsEmpty;)
        {
            var record = new Record(rest);
            for (var events = record.Events; events.MoveNext();)
            {
                result = events.Type switch
                {
                    EventType.RequestRepeated => result with
                    {
                        IsRepeated = true,
                        Sequence = events.As<RequestRepeated>().FirstSequence,
                        CreatedId = events.As<RequestRepeated>().ResultId,
                    },
                    EventType.AssetAdded when record.RequestType == CommandType.AddAsset => result with { CreatedId = events.As<AssetAdded>().AssetId },
                    EventType.SymbolAdded => result with { CreatedId = events.As<SymbolAdded>().SymbolId },
                    EventType.AccountOpened => result with { CreatedId = events.As<AccountOpened>().AccountId },
                    EventType.ApiKeyAdded => result with { CreatedId = events.As<ApiKeyAdded>().KeyId },
                    EventType.OperatorCreated => result with { CreatedId = events.As<OperatorCreated>().OperatorId },
                    _ => result,
                };
                canceled += events.Type == EventType.OrderCanceled ? 1 : 0;
            }

            rest = rest[record.Bytes.Length..];
        }

        return result with { CanceledOrders = canceled };
    }
}
