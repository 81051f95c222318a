using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Integration;

/// <summary>A start that is refused for its options leaves journal and quarantine as they were.</summary>
public sealed class RefusedStartTests
{
    private const string Pending = "00000000000000000099";

    [Test]
    public async Task A_start_in_the_wrong_mode_applies_no_quarantine_and_journals_nothing()
    {
        await using var host = new HostProcess();
        await host.StartAsync();
        host.Terminate();
        await host.WaitForExitAsync();
        var quarantine = Directory.CreateDirectory(Path.Combine(host.DataDirectory, "quarantine")).FullName;
        await File.WriteAllTextAsync(Path.Combine(quarantine, Pending), "account=1 symbol=0 type=PlaceOrder\ncommand=00\nbroken\n");
        var keyFile = Path.Combine(host.DataDirectory, "venue.key");
        await File.WriteAllTextAsync(keyFile, string.Concat(Enumerable.Repeat("0123456789abcdef", 4)));

        host.Settings["Exchange__Mode"] = "venue";
        host.Settings["Exchange__Secrets__KeyFile"] = keyFile;
        var exitCode = await host.StartInVainAsync();
        var refused = await host.RecoveryAsync();
        host.Settings.Clear();
        await host.StartAsync();
        var accepted = await host.RecoveryAsync();

        Assert.That(exitCode, Is.EqualTo(70));
        Assert.That(accepted.Sequence, Is.EqualTo(refused.Sequence), "the refused start journaled nothing");
        await host.WaitForOutputAsync("quarantine: account 1 and symbol 0 are cancel-only after the failure of command 99");
        Assert.That(Directory.GetFiles(quarantine).Select(Path.GetFileName), Is.EqualTo((string[])[Pending + ".applied"]));
    }

    [Test]
    public async Task A_venue_without_a_key_file_leaves_its_new_directory_free_for_either_mode()
    {
        await using var host = new HostProcess();
        host.Settings["Exchange__Mode"] = "venue";

        var exitCode = await host.StartInVainAsync();
        host.Settings.Clear();
        await host.StartAsync();

        Assert.That(exitCode, Is.EqualTo(70));
        Assert.That((await host.RecoveryAsync()).Sequence, Is.Zero);
    }

    [Test]
    public async Task A_quarantine_file_that_names_nobody_is_applied_without_claiming_that_anything_is_cancel_only()
    {
        await using var host = new HostProcess();
        var quarantine = Directory.CreateDirectory(Path.Combine(host.DataDirectory, "quarantine")).FullName;
        await File.WriteAllTextAsync(Path.Combine(quarantine, Pending), "account=0 symbol=65535 type=AddSymbol\ncommand=00\nbroken\n");

        await host.StartAsync();

        await host.WaitForOutputAsync("quarantine: nothing was restricted after the failure of command 99: account 0, symbol 65535: UnknownSymbol");
        Assert.That(Directory.GetFiles(quarantine).Select(Path.GetFileName), Is.EqualTo((string[])[Pending + ".applied"]));
    }
}
