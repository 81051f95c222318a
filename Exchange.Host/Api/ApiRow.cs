namespace Exchange.Host.Api;

/// <summary>Who may call a row, and whether the request is signed (API.md A2).</summary>
internal enum EndpointSecurity
{
    /// <summary>Anyone; a key that is sent along is ignored.</summary>
    None,

    /// <summary>A signed request that changes orders.</summary>
    Trade,

    /// <summary>A signed request that reads the account.</summary>
    UserData,
}

/// <summary>
/// Answers one request: reads its parameters, calls <see cref="ApiRequest.EndParameters"/> before anything has an effect, then writes
/// one JSON value, or leaves an error in the request.
/// </summary>
internal delegate ValueTask ApiHandler(ApiRequest request);

/// <summary>What a request weighs, from its parameters as they came (not yet checked).</summary>
internal delegate int ApiWeight(ApiRequest request);

/// <summary>One row of <see cref="EndpointTable"/>: all that the pipeline knows about an endpoint.</summary>
/// <param name="Parameters">Every name that the row understands, those of the signature aside; any other is refused with -1104.</param>
internal sealed record ApiRow(
    string Method, string Path, ApiWeight Weight, EndpointSecurity Security, string[] Parameters, ApiHandler Handler)
{
    public ApiRow(string method, string path, int weight, EndpointSecurity security, string[] parameters, ApiHandler handler)
        : this(method, path, _ => weight, security, parameters, handler)
    {
    }

    /// <summary>A success costs no weight, a failure costs the row's.</summary>
    public bool IsFreeOnSuccess { get; init; }

    /// <summary>Exists only where the journaled mode is sandbox.</summary>
    public bool IsSandboxOnly { get; init; }

    /// <summary>The body is JSON for the handler, not parameters.</summary>
    public bool HasJsonBody { get; init; }

    private readonly byte[][] _names = [.. Parameters.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Returns whether the row understands the name.</summary>
    public bool Understands(ReadOnlySpan<byte> name)
    {
        foreach (var known in _names)
        {
            if (name.SequenceEqual(known))
            {
                return true;
            }
        }

        return Security != EndpointSecurity.None
            && (name.SequenceEqual("timestamp"u8) || name.SequenceEqual("signature"u8) || name.SequenceEqual("recvWindow"u8));
    }
}
