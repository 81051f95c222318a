using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Exchange.Host.Composition;

/// <summary>Turns the exceptions of a start that the configuration prevents into one message for the person who has to change it.</summary>
internal static partial class RefusedStart
{
    /// <summary>The process's exit code after such a start (sysexits: EX_CONFIG).</summary>
    public const int ExitCode = 78;

    /// <summary>Returns what is wrong and what to write instead, or null when the configuration is not to blame.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        InvalidOperationException unbound when Unbound().Match(unbound.Message) is { Success: true } match =>
            $"{match.Groups["option"].Value} '{match.Groups["value"].Value}' cannot be read: write {Expected(match.Groups["type"].Value)}",
        IOException { InnerException: AddressInUseException } => $"{exception.Message} Stop the other process, or choose another address with --urls",
        _ => null,
    };

    private static string Expected(string typeName)
    {
        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(typeName)).FirstOrDefault(found => found is not null);
        return type switch
        {
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
            not null when type == typeof(bool) => "true or false",
            _ => "a whole number",
        };
    }

    // The configuration binder's own words; a test holds them.
    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<option>.*)' to type '(?<type>.*)'")]
    private static partial Regex Unbound();
}
