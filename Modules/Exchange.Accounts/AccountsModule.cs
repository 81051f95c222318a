using Exchange.Matching.Ports;
using Exchange.Matching.Views;

namespace Exchange.Accounts;

/// <summary>The door's implementation: a ledger and its view.</summary>
internal sealed class AccountsModule(BalancesView view) : IAccountsModule
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
}
