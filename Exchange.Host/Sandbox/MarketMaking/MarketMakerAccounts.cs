using System.Security.Cryptography;
using System.Text;
using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Sandbox.MarketMaking;

/// <summary>
/// The maker's and the taker's account. They are found again by the names of their keys, whose secrets are thrown away when they are made:
/// nobody can sign for them. Whoever trades with them may empty them, so their funds are brought back now and then by deposits and
/// withdrawals, commands like any other.
/// </summary>
internal sealed class MarketMakerAccounts(
    ICommandGateway gateway, IAdministration administration, IAccountsModule accounts, SymbolDirectory symbols, SecretProtector secrets)
{
    public const string MakerKey = "SandboxMarketMaker";
    public const string TakerKey = "SandboxMarketTaker";

    private readonly List<Balance> _balances = [];

    public int MakerId { get; private set; }

    public int TakerId { get; private set; }

    /// <summary>Finds or opens both; returns when they are durable.</summary>
    /// <exception cref="InvalidOperationException">An account was refused.</exception>
    public async Task OpenAsync()
    {
        MakerId = await FindOrOpenAsync(MakerKey);
        TakerId = await FindOrOpenAsync(TakerKey);
    }

    /// <summary>Brings every asset of which an account has less than half or more than twice its inventory back to it.</summary>
    public async Task RecentreAsync()
    {
        await RecentreAsync(MakerId);
        await RecentreAsync(TakerId);
    }

    private async Task<int> FindOrOpenAsync(string name)
    {
        if (accounts.TryGetApiKey(name, out var key))
        {
            return key.AccountId;
        }

        var opened = await administration.OpenAccountAsync(
            AdminCaller.Sandbox("market makers begin"),
            new OpenAccountCommand
            {
                ApiKey = Encoding.ASCII.GetBytes(name),
                SecretCiphertext = secrets.Protect(name, RandomNumberGenerator.GetBytes(RandomText.KeyLength)),
                Deposits = [.. Inventory().Select(amount => new AssetAmount(amount.Asset.Id, amount.Units))],
            });
        return opened.IsDone
            ? opened.CreatedId
            : throw new InvalidOperationException($"the sandbox's account {name} was refused: {opened.Reject}");
    }

    private async Task RecentreAsync(int accountId)
    {
        _balances.Clear();
        accounts.CopyBalances(accountId, _balances);
        foreach (var (asset, units) in Inventory())
        {
            var balance = _balances.Find(candidate => candidate.Asset.Id == asset.Id);
            var total = balance.Free + balance.Held;
            var change = total < units / 2 || total > 2 * units ? Math.Max(units - total, -balance.Free) : 0;
            if (change != 0 && gateway.TrySubmit(
                CommandType.AdjustBalance, new AdjustBalanceCommand(accountId, asset.Id, change).ToBytes(), ClaimClass.Normal, out var pending))
            {
                // Refused where the asset's total is at its limit: what there is must do.
                using var reply = await pending;
            }
        }
    }

    private IEnumerable<(Asset Asset, long Units)> Inventory()
    {
        foreach (var (name, whole) in MarketProfile.Inventory)
        {
            if (symbols.TryGetAsset(name, out var asset))
            {
                yield return (asset, whole * FixedPoint.PowerOfTen(asset.Scale));
            }
        }
    }
}
