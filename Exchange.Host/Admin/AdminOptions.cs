using Microsoft.Extensions.Options;

namespace Exchange.Host.Admin;

/// <summary>Administration by operators: section <c>Exchange:Admin</c>.</summary>
internal sealed class AdminOptions
{
    public const string Section = "Exchange:Admin";

    /// <summary>
    /// Path of a file with the token of <see cref="BootstrapOperator"/>; empty (default) for none. A start that finds it makes that operator, new or
    /// known, an enabled administrator with this token: so a venue gets its first operator, and one who has lost the token gets in again.
    /// Remove the setting afterwards: whoever may write the file may administer the venue.
    /// </summary>
    public string BootstrapTokenFile { get; set; } = "";

    /// <summary>Name of the operator of <see cref="BootstrapTokenFile"/>, and of the one that a venue makes when it has none; default <c>root</c>.</summary>
    public string BootstrapOperator { get; set; } = "root";

    /// <summary>
    /// Lets operators reach the control listener from other machines; default false: a token sent over plain HTTP can be read on the way.
    /// Set it only where the control listener is HTTPS or its network is trusted. Health checks are answered to everyone either way.
    /// </summary>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Wrong tokens that one address may send per minute before it is answered 429; 1 to 10,000, default 10. A right token is always taken, so
    /// nobody is locked out by somebody else.
    /// </summary>
    public int WrongTokensPerMinute { get; set; } = 10;
}

internal sealed class AdminOptionsValidator : IValidateOptions<AdminOptions>
{
    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        if (!Exchange.Matching.Administration.OperatorTable.IsName(options.BootstrapOperator))
        {
            return ValidateOptionsResult.Fail(
                $"{AdminOptions.Section}:{nameof(AdminOptions.BootstrapOperator)} '{options.BootstrapOperator}': write 1 to 32 characters of a-z, 0-9, '-', '_', '.'");
        }

        if (options.WrongTokensPerMinute is < 1 or > 10_000)
        {
            return ValidateOptionsResult.Fail(
                $"{AdminOptions.Section}:{nameof(AdminOptions.WrongTokensPerMinute)} is {options.WrongTokensPerMinute}; it must lie in 1..10000");
        }

        try
        {
            _ = options.BootstrapTokenFile.Length == 0 ? "" : OperatorToken.FromFile(options.BootstrapTokenFile);
            return ValidateOptionsResult.Success;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return ValidateOptionsResult.Fail($"{AdminOptions.Section}:{nameof(AdminOptions.BootstrapTokenFile)}: {unreadable.Message}");
        }
    }
}
