namespace Exchange.Host.Admin;

internal enum AdminFieldKind
{
    Text,
    Integer,

    /// <summary>Plain decimal text; 10^-8 inside.</summary>
    Decimal,
    Flag,
}

/// <summary>One field of a verb: a member of the JSON body, an option of the command line (<c>tickSize</c> is <c>--tick-size</c>).</summary>
/// <param name="Default">As its text; null where the field must be given.</param>
internal sealed record AdminField(string Name, AdminFieldKind Kind, string Help, string? Default = null)
{
    public string Option => "--" + string.Concat(Name.Select(character => char.IsAsciiLetterUpper(character) ? $"-{char.ToLowerInvariant(character)}" : $"{character}"));

    public string Expected => Kind switch
    {
        AdminFieldKind.Integer => "an integer",
        AdminFieldKind.Decimal => "a decimal string, for example \"0.01\"",
        AdminFieldKind.Flag => "true or false",
        _ => "a string",
    };
}

/// <summary>One thing that an operator may ask for: a row of <see cref="AdminVerbs"/>.</summary>
/// <param name="Name">Words as on the command line; the path has '-' between them.</param>
/// <param name="Handler">Reads the fields, asks the door, writes the answer; or leaves an error in the request.</param>
internal sealed record AdminVerb(string Name, string Summary, AdminField[] Fields, Func<AdminRequest, ValueTask> Handler)
{
    public string PathName { get; } = Name.Replace(' ', '-');

    /// <summary>It changes the exchange: it needs a reason and an id, and is sent by POST.</summary>
    public bool IsChange { get; init; } = true;
}
