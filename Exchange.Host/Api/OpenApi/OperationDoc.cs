namespace Exchange.Host.Api.OpenApi;

/// <summary>What the document says of an endpoint beyond its row.</summary>
/// <param name="Method">As in the row.</param>
/// <param name="Path">As in the row.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Mandatory">The parameters without which it is refused.</param>
/// <param name="Example">A request that works, as a query without timestamp and signature; its values are the parameters' examples.</param>
/// <param name="Response">The answer to such a request, JSON; its schema is made from it.</param>
internal sealed record OperationDoc(string Method, string Path, string Summary, string[] Mandatory, string Example, string Response)
{
    /// <summary>What else a caller should know; Markdown.</summary>
    public string Description { get; init; } = "";

    /// <summary>An example of the body, JSON, for a row that takes one.</summary>
    public string? Body { get; init; }

    public IEnumerable<(string Name, string Value)> ExampleParameters =>
        Example.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            return (pair[..equals], pair[(equals + 1)..]);
        });
}
