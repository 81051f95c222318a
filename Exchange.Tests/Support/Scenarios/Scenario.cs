namespace Exchange.Tests.Support.Scenarios;

/// <summary>A scenario file, split into its steps. The language stands in `Exchange.Tests/Scenarios/README.md`.</summary>
/// <param name="Name">File name, for messages.</param>
public sealed record Scenario(string Name, IReadOnlyList<ScenarioStep> Steps)
{
    /// <summary>Splits the text: a step begins in the first column, the indented lines below it say what it must lead to.</summary>
    /// <exception cref="ScenarioException">An indented line belongs to no step, or there is no step.</exception>
    public static Scenario Parse(string name, string text)
    {
        List<ScenarioStep> steps = [];
        var lineNumber = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            lineNumber++;
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith("# ", StringComparison.Ordinal) || line.Trim() == "#")
            {
                continue;
            }

            if (!char.IsWhiteSpace(line[0]))
            {
                steps.Add(new ScenarioStep(name, lineNumber, line.Trim(), []));
            }
            else if (steps.Count > 0)
            {
                steps[^1].Expected.Add(line.Trim());
            }
            else
            {
                throw new ScenarioException($"{name}:{lineNumber}: an indented line must follow the step it belongs to");
            }
        }

        return steps.Count > 0 ? new Scenario(name, steps) : throw new ScenarioException($"{name}: has no step");
    }
}

/// <summary>One command or question, and the lines it must lead to.</summary>
public sealed record ScenarioStep(string ScenarioName, int LineNumber, string Text, List<string> Expected)
{
    public string[] Words { get; } = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the failure of this step in words.</summary>
    public ScenarioException Error(string message) => new($"{ScenarioName}:{LineNumber}: {Text}\n{message}");
}

/// <summary>A scenario is written wrongly, or the exchange did something else than it says.</summary>
public sealed class ScenarioException(string message) : Exception(message);
