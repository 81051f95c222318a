using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace Exchange.Replication.DynamoDb;

/// <summary>Attributes of items; their names are a contract with readers, drawn in the module's README.md.</summary>
internal static class Item
{
    public const string Epoch = "epoch";
    public const string Sequence = "sequence";

    public static AttributeValue Number(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    public static AttributeValue Text(string text) => new() { S = text };

    public static AttributeValue Bytes(ReadOnlySpan<byte> bytes) => new() { B = new MemoryStream(bytes.ToArray()) };

    /// <summary>Returns a number; 0 where it is missing.</summary>
    public static long Number(this Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) ? long.Parse(value.N, CultureInfo.InvariantCulture) : 0;

    /// <summary>Returns a text; empty where it is missing.</summary>
    public static string Text(this Dictionary<string, AttributeValue> item, string name) => item.TryGetValue(name, out var value) ? value.S : "";

    public static ItemStamp Stamp(this Dictionary<string, AttributeValue> item) => new(item.Number(Epoch), item.Number(Sequence));

    public static void Stamp(this Dictionary<string, AttributeValue> item, ItemStamp stamp)
    {
        item[Epoch] = Number(stamp.Epoch);
        item[Sequence] = Number(stamp.Sequence);
    }
}
