using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Accounts;

/// <summary>The door's implementation: a ledger, its view, and the gateway by which accounts are opened.</summary>
/// <param name="gateway">Asked for when the first account is opened: the engine behind it is built from this module's ledger.</param>
internal sealed class AccountsModule(BalancesView view, Lazy<ICommandGateway> gateway) : IAccountsModule
{
    public LedgerPort Ledger { get; } = new(new Ledger());

    public IRecordConsumer View => view;

    public LedgerPort NewLedger() => new(new Ledger());

    public IRecordConsumer NewView(SymbolDirectory symbols) => new BalancesView(symbols);

    public bool TryGetApiKey(ReadOnlySpan<char> apiKey, out ApiKey key) => view.TryGetApiKey(apiKey, out key);

    public IReadOnlyList<ApiKey> KeysOf(int accountId) => view.KeysOf(accountId);

    public ApiKey? KeyById(int keyId) => view.KeyById(keyId);

    public int AccountCount => view.AccountCount;

    public bool TryGetAccount(int accountId, out bool isEnabled) => view.TryGetAccount(accountId, out isEnabled);

    public long CopyBalances(int accountId, List<Balance> balances) => view.CopyBalances(accountId, balances);

    /// <inheritdoc/>
    /// <remarks>The token is heeded before the command is handed over; afterwards the account opens whatever the caller does.</remarks>
    public async ValueTask<OpenAccountResult> OpenAccountAsync(OpenAccountCommand command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!gateway.Value.TrySubmit(CommandType.OpenAccount, command.ToBytes(), ClaimClass.Reserved, out var pending))
        {
            return new OpenAccountResult(IsOverloaded: true, RejectReason.None, AccountId: 0);
        }

        using var reply = await pending.ConfigureAwait(false);
        return reply.Reject == RejectReason.None
            ? new OpenAccountResult(IsOverloaded: false, RejectReason.None, OpenedAccountIn(reply.Records))
            : new OpenAccountResult(IsOverloaded: false, reply.Reject, AccountId: 0);
    }

    private static int OpenedAccountIn(ReadOnlySpan<byte> records)
    {
        var events = new Record(records).Events;
        Invariant.That(events.MoveNext() && events.Type == EventType.AccountOpened, "an accepted opening begins with its account");
        return events.As<AccountOpened>().AccountId;
    }
}
