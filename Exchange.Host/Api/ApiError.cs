namespace Exchange.Host.Api;

/// <summary>
/// An answer that is not a success: the body is <c>{"code":Code,"msg":"Text"}</c>. Immutable; clients compare the text byte by byte.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Negative, see API.md A4.</param>
internal sealed record ApiError(int Status, int Code, string Text)
{
    /// <summary>Seconds of the <c>Retry-After</c> header; 0 sends none.</summary>
    public int RetryAfterSeconds { get; init; }
}
