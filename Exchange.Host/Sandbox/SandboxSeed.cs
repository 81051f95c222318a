using System.Text;
using System.Text.Json;
using Exchange.Accounts;
using Exchange.Host.Admin;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Host.Sandbox;

/// <summary>What a fresh sandbox begins with: four markets and one funded key pair, kept in the data directory for the next start.</summary>
internal sealed class SandboxSeed(IAdministration administration, IAccountsModule accounts, SymbolDirectory symbols, SecretProtector secrets)
{
    private const string Reason = "a sandbox begins";
    public const string KeyFile = "sandbox-key.json";

    private static readonly (string Asset, long Whole)[] Funds = [("USDT", 1_000_000), ("BTC", 100), ("ETH", 1_000), ("SOL", 10_000)];

    /// <summary>The key pair that the terminal shows; null until planted.</summary>
    public KeyPair? DemoKey { get; private set; }

    internal sealed record KeyPair(string ApiKey, string SecretKey);

    /// <summary>Adds what is missing, each through the engine like anyone's command; returns when all of it is durable.</summary>
    public async Task PlantAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        foreach (var spec in Markets())
        {
            if (!symbols.TryGetSymbol(spec.Name, out _))
            {
                await AddAsync(spec);
            }
        }

        var path = Path.Combine(dataDirectory, KeyFile);
        DemoKey = await ReadAsync(path, cancellationToken);
        if (DemoKey is null || !accounts.TryGetApiKey(DemoKey.ApiKey, out _))
        {
            DemoKey = await OpenAccountAsync();
            await WriteAsync(path, DemoKey, cancellationToken);
        }
    }

    private async Task AddAsync(SymbolSpec spec)
    {
        var result = await administration.CreateMarketAsync(AdminCaller.Sandbox(Reason), spec);
        if (!result.IsDone)
        {
            throw new InvalidOperationException($"market {spec.Name} was refused: {result.Reject}");
        }
    }

    private async Task<KeyPair> OpenAccountAsync()
    {
        var pair = new KeyPair(RandomText.Key(), RandomText.Key());
        var deposits = new List<AssetAmount>();
        foreach (var (name, whole) in Funds)
        {
            if (symbols.TryGetAsset(name, out var asset))
            {
                deposits.Add(new AssetAmount(asset.Id, whole * FixedPoint.PowerOfTen(asset.Scale)));
            }
        }

        var opened = await administration.OpenAccountAsync(
            AdminCaller.Sandbox(Reason),
            new OpenAccountCommand
            {
                ApiKey = Encoding.ASCII.GetBytes(pair.ApiKey),
                SecretCiphertext = secrets.Protect(pair.ApiKey, Encoding.ASCII.GetBytes(pair.SecretKey)),
                Deposits = deposits,
            });
        return opened.IsDone
            ? pair
            : throw new InvalidOperationException($"the sandbox's account was refused: {opened.Reject}");
    }

    /// <summary>Returns the kept pair, or null when there is none or the file holds no pair: the pair is a convenience and may be made anew.</summary>
    private static async Task<KeyPair?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var pair = JsonSerializer.Deserialize<KeyPair>(await File.ReadAllTextAsync(path, cancellationToken));
            return pair is { ApiKey: not null, SecretKey: not null } ? pair : null;
        }
        catch (JsonException)
        {
            // Cut short by a crash: the account opened for it stays, unused.
            return null;
        }
    }

    private static async Task WriteAsync(string path, KeyPair pair, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // Without a byte order mark, which most JSON parsers refuse.
        await using var file = new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options);
        await file.WriteAsync(JsonSerializer.Serialize(pair).AsMemory(), cancellationToken);
    }

    private static IEnumerable<SymbolSpec> Markets()
    {
        yield return Market("BTCUSDT", "BTC", "USDT", tick: 1_000_000, maxPrice: 1_000_000, lot: 1_000, maxQuantity: 9_000, minNotional: 500_000_000);
        yield return Market("ETHUSDT", "ETH", "USDT", tick: 1_000_000, maxPrice: 1_000_000, lot: 10_000, maxQuantity: 9_000, minNotional: 500_000_000);
        yield return Market("ETHBTC", "ETH", "BTC", tick: 1_000, maxPrice: 1_000, lot: 100_000, maxQuantity: 100_000, minNotional: 10_000);
        yield return Market("SOLUSDT", "SOL", "USDT", tick: 1_000_000, maxPrice: 10_000, lot: 100_000, maxQuantity: 900_000, minNotional: 500_000_000);
    }

    /// <summary>Ticks, lots and notional in 10^-8; greatest price and quantity in whole units.</summary>
    private static SymbolSpec Market(string name, string baseAsset, string quoteAsset, long tick, long maxPrice, long lot, long maxQuantity, long minNotional) => new()
    {
        Name = name,
        BaseAsset = baseAsset,
        QuoteAsset = quoteAsset,
        TickSize = tick,
        MinPrice = tick,
        MaxPrice = maxPrice * FixedPoint.One,
        LotSize = lot,
        MinQuantity = lot,
        MaxQuantity = maxQuantity * FixedPoint.One,
        MinNotional = minNotional,
        MaxNotional = 9_000_000 * FixedPoint.One,
        MarketMaxQuantity = maxQuantity / 50 * FixedPoint.One,
        BidMultiplierUp = 5 * FixedPoint.One,
        BidMultiplierDown = FixedPoint.One / 5,
        AskMultiplierUp = 5 * FixedPoint.One,
        AskMultiplierDown = FixedPoint.One / 5,
    };
}
