using System.Globalization;
using System.Text.Json.Nodes;
using Exchange.Replication.Messages;
using NUnit.Framework;

namespace Exchange.Tests.Support.Aws;

/// <summary>Reads the ids of events as a consumer does.</summary>
internal static class EventIdText
{
    public static EventId Parse(string text)
    {
        var parts = text.Split('-').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new EventId(parts[0], parts[1], (int)parts[2]);
    }

    /// <summary>Returns the id of an event, whose text and numbers must say the same.</summary>
    public static EventId Of(JsonNode json)
    {
        var id = new EventId(json["epoch"]!.GetValue<long>(), json["sequence"]!.GetValue<long>(), json["index"]!.GetValue<int>());
        Assert.That(Parse(json["eventId"]!.GetValue<string>()), Is.EqualTo(id));
        return id;
    }
}
