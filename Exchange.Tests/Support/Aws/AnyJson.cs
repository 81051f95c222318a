using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Exchange.Tests.Support.Aws;

/// <summary>Requests and answers that tests write by hand.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class AnyJson : JsonSerializerContext;
