using System.Text;
using System.Text.Json.Nodes;

namespace Exchange.Infra.Tests.Support;

/// <summary>The script that a launch template gives its hosts.</summary>
internal static class UserData
{
    public static string Of(Resource template)
    {
        var encoded = template.At("LaunchTemplateData/UserData")!["Fn::Base64"]!;
        return encoded is JsonValue text ? (string)text! : Joined((JsonArray)encoded["Fn::Join"]!);
    }

    private static string Joined(JsonArray join)
    {
        var separator = (string)join[0]!;
        return new StringBuilder().AppendJoin(separator, ((JsonArray)join[1]!).Select(part => part is JsonValue text ? (string)text! : "reference")).ToString();
    }
}
