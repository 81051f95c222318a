using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>
/// The one door to administration, for HTTP, pages and sandbox alike. Each method is one journaled command with who, why and the caller's id;
/// it returns when the command is durable and every view shows it. Any thread.
/// <para>
/// Errors: what cannot be meant, or what the engine refuses, is an <see cref="AdminResult"/> with a reject; nothing was done then. An
/// <c>ExchangeStoppedException</c> or a <c>TimeoutException</c> means that the outcome is unknown: ask again with the same
/// <see cref="AdminCaller.RequestId"/>, which is never executed twice.
/// </para>
/// </summary>
internal interface IAdministration
{
    ValueTask<AdminResult> CreateAssetAsync(AdminCaller caller, string name, int scale);

    /// <summary>Creates a market, and its assets where they are new.</summary>
    ValueTask<AdminResult> CreateMarketAsync(AdminCaller caller, SymbolSpec spec);

    /// <summary>Opens an account, with a key and deposits where the command has them.</summary>
    ValueTask<AdminResult> OpenAccountAsync(AdminCaller caller, OpenAccountCommand command);

    /// <summary>Makes a key of an account; <see cref="AdminResult.Secret"/> is told this once.</summary>
    ValueTask<AdminResult> CreateKeyAsync(AdminCaller caller, int accountId, ApiKeyPermissions permissions);

    ValueTask<AdminResult> SetKeyAsync(AdminCaller caller, string apiKey, bool isEnabled);

    /// <summary>Lets an account place orders, or only cancel.</summary>
    ValueTask<AdminResult> SetAccountAsync(AdminCaller caller, int accountId, bool isEnabled);

    /// <summary>0 is no limit.</summary>
    ValueTask<AdminResult> SetOrderLimitsAsync(AdminCaller caller, int accountId, int per10Seconds, int perDay);

    /// <summary>Deposits (positive) or withdraws (negative) units of an asset; never below what is free.</summary>
    ValueTask<AdminResult> AdjustBalanceAsync(AdminCaller caller, int accountId, Asset asset, long units);

    /// <param name="symbol">Null for the whole venue.</param>
    ValueTask<AdminResult> SetHaltAsync(AdminCaller caller, Symbol? symbol, bool isHalted);

    /// <summary>Cancels orders; with <paramref name="blocks"/> a kill switch, see <see cref="CancelOrdersCommand"/>.</summary>
    /// <param name="accountId">Null for every account.</param>
    /// <param name="symbol">Null for every symbol.</param>
    ValueTask<AdminResult> CancelOrdersAsync(AdminCaller caller, int? accountId, Symbol? symbol, bool blocks);

    ValueTask<AdminResult> ReleaseQuarantineAsync(AdminCaller caller, int accountId, Symbol symbol);

    /// <summary>Makes an operator; <see cref="AdminResult.Secret"/> is its token, told this once.</summary>
    ValueTask<AdminResult> CreateOperatorAsync(AdminCaller caller, string name, OperatorRole role);

    ValueTask<AdminResult> SetOperatorAsync(AdminCaller caller, int operatorId, bool isEnabled);

    /// <summary>Gives an operator a new token, <see cref="AdminResult.Secret"/>, told this once; the old one ends.</summary>
    ValueTask<AdminResult> ReplaceTokenAsync(AdminCaller caller, int operatorId);
}

/// <summary>Who asks, why, and under which id.</summary>
/// <param name="OperatorId">The authenticated operator.</param>
/// <param name="RequestId">The caller's own, not empty: a repetition with it is answered and not executed.</param>
/// <param name="Reason">1 to 256 bytes of UTF-8.</param>
internal sealed record AdminCaller(int OperatorId, Guid RequestId, string Reason)
{
    /// <summary>Returns the sandbox's own operator, for a change that is not repeated. A venue refuses it.</summary>
    public static AdminCaller Sandbox(string reason) => new(AdministerCommand.SandboxOperator, Guid.NewGuid(), reason);
}

/// <summary>What became of a request.</summary>
/// <param name="IsOverloaded">Nothing was done: the exchange takes no command now.</param>
/// <param name="Reject">None, or why the engine refused it: nothing was done.</param>
/// <param name="Sequence">Of the command; for a repeated one, of the command that took effect.</param>
internal sealed record AdminResult(bool IsOverloaded, RejectReason Reject, long Sequence)
{
    /// <summary>The request had taken effect before; this is what it did then.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Id of the account, key, symbol, asset or operator that the request created; 0 where it created none.</summary>
    public int CreatedId { get; init; }

    /// <summary>Value of the key that the request created.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The secret of the key or the token of the operator; null for a repeated request: it was told with the first answer.</summary>
    public string? Secret { get; init; }

    /// <summary>Orders that were cancelled by this command; 0 for a repeated one.</summary>
    public int CanceledOrders { get; init; }

    public bool IsDone => !IsOverloaded && Reject == RejectReason.None;
}
