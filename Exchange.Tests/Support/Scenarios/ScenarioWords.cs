using System.Globalization;

namespace Exchange.Tests.Support.Scenarios;

/// <summary>Reads the words of one step from left to right.</summary>
public sealed class ScenarioWords(ScenarioStep step)
{
    private int _next;

    public bool IsAtEnd => _next == step.Words.Length;

    public string Next(string what) =>
        IsAtEnd ? throw step.Error($"expected {what} at the end of the line") : step.Words[_next++];

    /// <summary>Takes the next word if it is this one.</summary>
    public bool TryTake(string word)
    {
        if (IsAtEnd || step.Words[_next] != word)
        {
            return false;
        }

        _next++;
        return true;
    }

    public void Expect(string word)
    {
        if (!TryTake(word))
        {
            throw step.Error($"expected '{word}' {(IsAtEnd ? "at the end of the line" : $"instead of '{step.Words[_next]}'")}");
        }
    }

    public void ExpectEnd()
    {
        if (!IsAtEnd)
        {
            throw step.Error($"'{step.Words[_next]}' is not understood here");
        }
    }

    public int Integer(string what)
    {
        var word = Next(what);
        return int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw step.Error($"'{word}' is no whole number ({what})");
    }

    public decimal Number(string what) => ToNumber(Next(what), what);

    /// <summary>Returns a percentage as parts per million.</summary>
    public int Percent(string what)
    {
        var word = Next(what);
        return word.EndsWith('%') ? (int)(ToNumber(word[..^1], what) * 10_000) : throw step.Error($"'{word}' is no percentage ({what})");
    }

    private decimal ToNumber(string word, string what) =>
        decimal.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw step.Error($"'{word}' is no number ({what})");
}
