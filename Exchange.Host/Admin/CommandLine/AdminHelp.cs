using System.Text;

namespace Exchange.Host.Admin.CommandLine;

/// <summary>What <c>admin help</c> prints, read off the table of verbs.</summary>
internal static class AdminHelp
{
    public static string Overview()
    {
        var text = new StringBuilder(
            """
            Administers a running exchange through its control listener (Exchange:ControlUrl).

              Exchange.Host admin VERB [OPTIONS]
              Exchange.Host admin help VERB

            """);
        foreach (var verb in AdminVerbs.All)
        {
            text.Append($"\n  {verb.Name,-20} {verb.Summary}");
        }

        text.Append(
            $"""


            Options of all verbs:
              --url URL            the control listener, default {AdminArguments.DefaultUrl} (or {AdminArguments.UrlVariable})
              --token-file FILE    the file with your operator's token (or {AdminArguments.TokenFileVariable})
              --json               prints the answer as it came
            Options of verbs that change something:
              --reason TEXT        why; the audit trail keeps it
              --request-id UUID    repeat a request whose outcome is unknown with its id: it is never executed twice

            Exit codes: 0 done, 1 refused (nothing was done), 64 wrong command line, 69 not reachable or not ready (nothing was done),
            75 outcome unknown (repeat with the same --request-id), 77 token refused.

            """);
        return text.ToString();
    }

    public static string Of(AdminVerb verb)
    {
        var text = new StringBuilder($"admin {verb.Name}: {verb.Summary}\n\n");
        foreach (var field in verb.Fields)
        {
            var kind = field.Kind switch
            {
                AdminFieldKind.Integer => "N",
                AdminFieldKind.Decimal => "DECIMAL",
                AdminFieldKind.Flag => "true|false",
                _ => "TEXT",
            };
            var whenLeftOut = field.Default switch
            {
                null => " (needed)",
                "" => "",
                var value => $" (default {value})",
            };
            text.Append($"  {field.Option + " " + kind,-50} {field.Help}{whenLeftOut}\n");
        }

        return text.ToString();
    }
}
