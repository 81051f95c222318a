using System.Text.Json;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>The key pair that a sandbox keeps in its data directory.</summary>
public sealed class SandboxKeyFileTests
{
    [TestCase("")]
    [TestCase("{\"ApiKey\":\"ab")]
    [TestCase("{}")]
    [TestCase("null")]
    public async Task A_file_that_a_crash_cut_short_is_made_anew_and_stops_no_start(string rest)
    {
        await using var host = new HostProcess();
        var path = Path.Combine(host.DataDirectory, "sandbox-key.json");
        await File.WriteAllTextAsync(path, rest);

        await host.StartAsync();

        using var pair = JsonDocument.Parse(await File.ReadAllBytesAsync(path));
        Assert.That(pair.RootElement.GetProperty("ApiKey").GetString(), Has.Length.EqualTo(64));
        Assert.That(pair.RootElement.GetProperty("SecretKey").GetString(), Has.Length.EqualTo(64));
    }

    [Test]
    public async Task The_file_is_plain_JSON_without_a_byte_order_mark()
    {
        await using var host = new HostProcess();

        await host.StartAsync();

        var bytes = await File.ReadAllBytesAsync(Path.Combine(host.DataDirectory, "sandbox-key.json"));
        Assert.That(bytes[0], Is.EqualTo((byte)'{'));
    }
}
