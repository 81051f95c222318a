using System.Collections.Frozen;
using Exchange.Matching.Types;

namespace Exchange.Host.Admin;

/// <summary>Why an administrative request was not carried out: the body is <c>{"error":Code,"message":Message}</c>. Nothing was done, unless the code is <c>OutcomeUnknown</c>.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">A word for programs: a name of <see cref="RejectReason"/>, or one of those below.</param>
/// <param name="Message">What is wrong and what to do, for a person.</param>
internal sealed record AdminError(int Status, string Code, string Message)
{
    public static readonly AdminError OutcomeUnknown = new(
        504, nameof(OutcomeUnknown), "It is not known whether the request took effect. Repeat it with the same requestId: it is never executed twice.");

    public static readonly AdminError Overloaded = new(503, nameof(Overloaded), "The exchange takes no command now; nothing was done. Try again.");

    public static readonly AdminError NoToken = new(401, nameof(NoToken), "Send your operator's token: 'Authorization: Bearer TOKEN'.");

    public static readonly AdminError WrongToken = new(401, nameof(WrongToken), "The token is no enabled operator's.");

    public static readonly AdminError TooManyWrongTokens = new(429, nameof(TooManyWrongTokens), "Too many wrong tokens from this address; wait a minute.");

    public static readonly AdminError NotLocal = new(
        403, nameof(NotLocal), "Operators are served on this machine only; see Exchange:Admin:AllowRemote.");

    public static readonly AdminError TooLarge = new(413, nameof(TooLarge), "The body is longer than 64 KB.");

    public static readonly AdminError InvalidJson = new(400, nameof(InvalidJson), "The body must be one JSON object.");

    private static readonly FrozenDictionary<RejectReason, AdminError> Rejects = new (RejectReason Reason, int Status, string Message)[]
    {
        (RejectReason.UnknownSymbol, 404, "There is no such market."),
        (RejectReason.UnknownAccount, 404, "There is no such account."),
        (RejectReason.UnknownAsset, 404, "There is no such asset; create it, or a market that uses it."),
        (RejectReason.UnknownApiKey, 404, "There is no such API key."),
        (RejectReason.UnknownOperator, 404, "There is no such operator."),
        (RejectReason.InsufficientBalance, 409, "The account's free funds do not cover it; what open orders hold is not free."),
        (RejectReason.BalanceOverflow, 409, "The deposit would lift the asset's total beyond 2^62 units; deposit less."),
        (RejectReason.InvalidAmount, 400, "The amount must be more than 0."),
        (RejectReason.NoChange, 409, "It is so already; nothing was changed."),
        (RejectReason.DuplicateSymbol, 409, "The market exists already; choose another name."),
        (RejectReason.InvalidSymbol, 400, "The market's numbers break a rule of exactness."),
        (RejectReason.AssetScaleMismatch, 409, "An asset of the market exists with another scale; use the existing baseScale or quoteScale."),
        (RejectReason.DuplicateAsset, 409, "The asset exists already."),
        (RejectReason.InvalidAsset, 400, "An asset's name is 1 to 20 characters of A-Z, 0-9, '-', '_', '.'; its scale lies in 0..8."),
        (RejectReason.TooManyAccounts, 409, "The exchange holds as many accounts as it can."),
        (RejectReason.TooManySymbols, 409, "The exchange holds as many markets as it can."),
        (RejectReason.TooManyAssets, 409, "The exchange holds as many assets as it can."),
        (RejectReason.TooManyApiKeys, 409, "The exchange holds as many API keys as it can."),
        (RejectReason.TooManyOperators, 409, "The exchange holds as many operators as it can: 1000."),
        (RejectReason.DuplicateOperator, 409, "The operator's name is taken."),
        (RejectReason.InvalidOperator, 400, "An operator's name is 1 to 32 characters of a-z, 0-9, '-', '_', '.'."),
        (RejectReason.LastAdministrator, 409, "It is the last enabled administrator; make another one first."),
        (RejectReason.OperatorDisabled, 403, "The operator is disabled."),
        (RejectReason.OperatorNotPermitted, 403, "The operator's role does not include this request."),
        (RejectReason.RequestIdReused, 409, "The requestId belongs to another request that took effect; choose a new one."),
    }.ToFrozenDictionary(row => row.Reason, row => new AdminError(row.Status, row.Reason.ToString(), row.Message));

    public static AdminError Of(RejectReason reason) => Rejects.TryGetValue(reason, out var error)
        ? error
        : new AdminError(400, reason.ToString(), $"The engine refused the request: {reason}.");

    public static AdminError Field(string message) => new(400, "InvalidField", message);

    public static AdminError NotReady(string phase) => new(503, "NotReady", $"The exchange is not running yet or any more: {phase}.");
}
