using System.Globalization;

namespace Exchange.Benchmarks;

/// <summary>Options (`--name value`) and the arguments between them. Every option must be known and is given at most once.</summary>
internal sealed class ArgumentList
{
    private readonly Dictionary<string, string> _options = [];
    private readonly List<string> _values = [];

    /// <exception cref="UsageException">An unknown option, one given twice, or one without its value.</exception>
    public ArgumentList(string[] arguments, params string[] optionNames)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                _values.Add(argument);
                continue;
            }

            if (!optionNames.Contains(argument))
            {
                throw new UsageException($"unknown option '{argument}'");
            }

            if (++i == arguments.Length)
            {
                throw new UsageException($"{argument} needs a value");
            }

            if (!_options.TryAdd(argument, arguments[i]))
            {
                throw new UsageException($"{argument} is given twice");
            }
        }
    }

    /// <summary>The arguments that belong to no option, in their order.</summary>
    public IReadOnlyList<string> Values => _values;

    public string? Text(string name) => _options.GetValueOrDefault(name);

    /// <exception cref="UsageException">Not a whole number between the bounds.</exception>
    public int Number(string name, int absent, int least, int most)
    {
        if (!_options.TryGetValue(name, out var text))
        {
            return absent;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} {text}: use a whole number from {least} to {most}");
    }
}
