using Exchange.Accounts;
using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Matching.Views;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Admin;

/// <summary>
/// The first operator: the one whose token the configuration names, or, where a venue has nobody yet, one whose token is printed this once.
/// What the engine keeps is the token's hash; the printed token is in no file.
/// </summary>
internal sealed class OperatorBootstrap(IOptions<AdminOptions> options, IOperatorsModule operators, SymbolDirectory symbols, ICommandGateway gateway)
{
    /// <summary>Appoints where there is somebody to appoint; once, when the pipeline has started.</summary>
    /// <returns>The token to print, or null.</returns>
    /// <exception cref="InvalidOperationException">The configured token belongs to another operator, or there are too many.</exception>
    public async Task<string?> AppointAsync()
    {
        if (options.Value.BootstrapTokenFile.Length > 0)
        {
            await AppointAsync(OperatorToken.FromFile(options.Value.BootstrapTokenFile));
            return null;
        }

        if (symbols.Mode != ExchangeMode.Venue || operators.Operators.Count > 0)
        {
            return null;
        }

        var token = OperatorToken.New();
        await AppointAsync(token);
        return token;
    }

    /// <summary>What the person at the terminal reads.</summary>
    public string Announce(string token, string controlUrl) =>
        $"""

          This venue's first operator is '{options.Value.BootstrapOperator}'. The token is shown this once; keep it in a file of yours:
            {token}
          Administer with: Exchange.Host admin help{(controlUrl.Length > 0 ? $" (--url {controlUrl})" : "; set Exchange:ControlUrl first")}

        """;

    private async Task AppointAsync(string token)
    {
        var command = new AppointOperatorCommand(options.Value.BootstrapOperator, OperatorToken.HashOf(token));
        if (!gateway.TrySubmit(CommandType.AppointOperator, command.ToBytes(), ClaimClass.Reserved, out var pending))
        {
            throw new ExchangeStoppedException();
        }

        using var reply = await pending;
        if (reply.Reject is not (RejectReason.None or RejectReason.NoChange))
        {
            throw new InvalidOperationException(
                $"operator '{options.Value.BootstrapOperator}' was not appointed: {reply.Reject}; give {AdminOptions.Section}:{nameof(AdminOptions.BootstrapTokenFile)} a token that no other operator has");
        }
    }
}
