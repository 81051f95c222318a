using System.Text;
using System.Threading.Channels;

namespace Exchange.Tests.Support.CrashClient;

/// <summary>
/// Appends lines to the client's ledger and makes them durable (a checked fdatasync) before the append completes. Appends that wait at the
/// same time share a sync. Any thread may append.
/// </summary>
internal sealed class LedgerWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly Channel<(string Lines, TaskCompletionSource Durable)> _waiting =
        Channel.CreateUnbounded<(string, TaskCompletionSource)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _writing;

    public LedgerWriter(string path)
    {
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Completes when the lines are durable.</summary>
    /// <param name="lines">Whole lines, each with its line feed.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The sync failed, now or before.</exception>
    public Task AppendAsync(string lines)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.Writer.TryWrite((lines, durable)))
        {
            throw new InvalidOperationException("the ledger is closed: a sync has failed before");
        }

        return durable.Task;
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
        _file.Dispose();
    }

    private async Task WriteAsync()
    {
        var batch = new List<TaskCompletionSource>();
        var text = new StringBuilder();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var append))
            {
                text.Append(append.Lines);
                batch.Add(append.Durable);
            }

            try
            {
                _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
                NativeCalls.SyncData(_file.SafeFileHandle);
            }
            catch (Exception failure)
            {
                _waiting.Writer.TryComplete();
                batch.ForEach(durable => durable.SetException(failure));
                throw;
            }

            batch.ForEach(durable => durable.SetResult());
            batch.Clear();
            text.Clear();
        }
    }
}
