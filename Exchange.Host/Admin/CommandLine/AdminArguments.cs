namespace Exchange.Host.Admin.CommandLine;

/// <summary>A command line of <c>admin</c>, taken apart against the table of verbs.</summary>
/// <param name="Fields">Of the verb, by field name, as text.</param>
/// <param name="RequestId">Given, or made here: it is printed when the outcome is unknown.</param>
internal sealed record AdminArguments(
    AdminVerb Verb, IReadOnlyDictionary<string, string> Fields, string Url, string TokenFile, string Reason, Guid RequestId, bool IsJson)
{
    public const string DefaultUrl = "http://127.0.0.1:8081";
    public const string UrlVariable = "EXCHANGE_ADMIN_URL";
    public const string TokenFileVariable = "EXCHANGE_ADMIN_TOKEN_FILE";

    /// <summary>Returns the arguments, or null with what is wrong and what to write instead.</summary>
    /// <param name="environment">Returns an environment variable, or null.</param>
    public static AdminArguments? Parse(IReadOnlyList<string> args, Func<string, string?> environment, out string error)
    {
        var words = args.TakeWhile(word => !word.StartsWith('-')).Count();
        var verb = Find(args, ref words);
        if (verb is null)
        {
            error = $"'{string.Join(' ', args.Take(words))}' is no verb; `admin help` lists them";
            return null;
        }

        if (!TryReadOptions(args, words, verb, out var options, out error))
        {
            return null;
        }

        var url = Take("--url") ?? environment(UrlVariable) ?? DefaultUrl;
        var tokenFile = Take("--token-file") ?? environment(TokenFileVariable);
        var reason = Take("--reason") ?? "";
        var requestText = Take("--request-id");
        var isJson = Take("--json") is not null;
        var requestId = Guid.NewGuid();
        error = tokenFile is null ? $"--token-file is missing (or {TokenFileVariable}): the file that holds your operator's token"
            : !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") ? $"--url '{url}' is no address: write for example {DefaultUrl}"
            : verb.IsChange && reason.Length == 0 ? "--reason is missing: say why, the audit trail keeps it"
            : requestText is not null && !Guid.TryParseExact(requestText, "D", out requestId) ? $"--request-id '{requestText}' is no UUID"
            : verb.Fields.FirstOrDefault(field => field.Default is null && !options.ContainsKey(field.Option)) is { } missing ? $"{missing.Option} is missing: {missing.Help}"
            : "";
        var fields = verb.Fields.Where(field => options.ContainsKey(field.Option)).ToDictionary(field => field.Name, field => options[field.Option]);
        return error.Length == 0 ? new AdminArguments(verb, fields, url, tokenFile!, reason, requestId, isJson) : null;

        string? Take(string option) => options.TryGetValue(option, out var value) ? value : null;
    }

    /// <summary>A verb is one or two words; <c>create-market</c> is read as <c>create market</c>.</summary>
    private static AdminVerb? Find(IReadOnlyList<string> args, ref int words)
    {
        for (var count = Math.Min(2, words); count >= 1; count--)
        {
            if (AdminVerbs.Find(string.Join('-', args.Take(count))) is { } verb)
            {
                words = count;
                return verb;
            }
        }

        return null;
    }

    private static bool TryReadOptions(
        IReadOnlyList<string> args, int first, AdminVerb verb, out Dictionary<string, string> options, out string error)
    {
        options = [];
        error = "";
        for (var i = first; i < args.Count; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            var field = Array.Find(verb.Fields, field => field.Option == name);
            if (field is null && name is not ("--url" or "--token-file" or "--json") && !(verb.IsChange && name is "--reason" or "--request-id"))
            {
                var known = verb.Fields.Select(known => known.Option).Concat(verb.IsChange ? ["--reason", "--request-id"] : []);
                error = $"'{args[i]}' is unknown to `{verb.Name}`; known are {string.Join(", ", known)}, --url, --token-file, --json";
                return false;
            }

            var isSwitch = name == "--json" || (field?.Kind == AdminFieldKind.Flag && (i + 1 == args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal)));
            if (equals < 0 && !isSwitch && i + 1 == args.Count)
            {
                error = $"{name} needs a value";
                return false;
            }

            var value = equals >= 0 ? args[i][(equals + 1)..] : isSwitch ? "true" : args[++i];
            if (!options.TryAdd(name, value))
            {
                error = $"{name} is given twice";
                return false;
            }
        }

        return true;
    }
}
