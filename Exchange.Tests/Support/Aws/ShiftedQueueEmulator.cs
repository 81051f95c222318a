using System.Diagnostics;
using System.Globalization;

namespace Exchange.Tests.Support.Aws;

/// <summary>
/// The emulator of SQS in a process of its own whose clock can be put forward, so that its deduplication window passes without waiting. It is the
/// emulator of `infra/local` with nothing but `Date.now` moved.
/// </summary>
internal sealed class ShiftedQueueEmulator : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Loaded before the emulator: a line on standard input is how many milliseconds to go forward; the answer is a line, too.
    private const string Clock =
        """
        import { createInterface } from 'node:readline';
        const now = Date.now;
        let offset = 0;
        Date.now = () => now() + offset;
        createInterface({ input: process.stdin }).on('line', line => { offset += Number(line); console.log('shifted'); });
        """;

    private readonly Process _process;

    private ShiftedQueueEmulator(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<ShiftedQueueEmulator> StartAsync()
    {
        var url = new Uri(HostProcess.NewUrl() + "/");
        var script = RepositoryFiles.Path("infra", "local", "emulators", "emulators.mjs");
        var process = Process.Start(new ProcessStartInfo(
            "node", ["--import", "data:text/javascript," + Uri.EscapeDataString(Clock), script, "127.0.0.1", $"sqs={url.Port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var emulator = new ShiftedQueueEmulator(process, url);
        await emulator.WaitForAsync("ready");
        return emulator;
    }

    public async Task PassAsync(TimeSpan time)
    {
        await _process.StandardInput.WriteLineAsync(((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        await _process.StandardInput.FlushAsync();
        await WaitForAsync("shifted");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task WaitForAsync(string line)
    {
        using var giveUp = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(giveUp.Token) is { } read)
        {
            if (read == line)
            {
                return;
            }
        }

        throw new InvalidOperationException($"the emulator ended before it said '{line}'");
    }
}
