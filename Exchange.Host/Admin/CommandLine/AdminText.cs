using System.Text;
using System.Text.Json;

namespace Exchange.Host.Admin.CommandLine;

/// <summary>An answer's JSON for a person: an object as lines of name and value, a list of objects as a table.</summary>
internal static class AdminText
{
    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return (root.ValueKind == JsonValueKind.Array ? Table(root) : Lines(root)).TrimEnd('\n');
    }

    private static string Lines(JsonElement root)
    {
        var width = root.EnumerateObject().Max(member => member.Name.Length);
        var text = new StringBuilder();
        foreach (var member in root.EnumerateObject())
        {
            text.Append($"{member.Name.PadRight(width)}  {Value(member.Value)}\n");
        }

        return text.ToString();
    }

    private static string Table(JsonElement root)
    {
        var names = root.EnumerateArray().SelectMany(row => row.EnumerateObject().Select(member => member.Name)).Distinct().ToArray();
        if (names.Length == 0)
        {
            return "none";
        }

        string[][] rows = [names, .. root.EnumerateArray().Select(row => names.Select(name => row.TryGetProperty(name, out var value) ? Value(value) : "").ToArray())];
        var widths = names.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        return string.Concat(rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "none" : string.Join("; ", value.EnumerateArray().Select(Value)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(member => $"{member.Name} {Value(member.Value)}")),
        _ => value.GetRawText(),
    };
}
