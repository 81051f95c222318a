namespace Exchange.Host.Security;

/// <summary>Where the key that encrypts API secrets is kept: section <c>Exchange:Secrets</c>.</summary>
internal sealed class SecretsOptions
{
    public const string Section = "Exchange:Secrets";

    /// <summary>
    /// Path of the key file: one key of 64 hexadecimal digits per line; the first encrypts, all decrypt, so that a key is replaced by
    /// writing the new one above it. Empty (the default) lets a sandbox generate a file in its data directory; a venue refuses to
    /// start without one, because a key beside the data protects nothing when the directory is copied.
    /// </summary>
    public string KeyFile { get; set; } = "";
}
