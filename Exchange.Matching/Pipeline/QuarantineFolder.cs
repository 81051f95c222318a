using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Pipeline;

/// <summary>
/// The files <c>quarantine/&lt;sequence&gt;</c>: one per command that failed while it changed the state. Text:
/// <code>
/// account=7 symbol=0 type=PlaceOrder
/// command=&lt;the slot's 128 bytes in hex&gt;
/// &lt;the exception&gt;
/// </code>
/// At the next start each makes its account and symbol cancel-only, by a journaled command, and is renamed to <c>.applied</c>.
/// A file is written as <c>.tmp</c> and gets its name when it is durable: a crash leaves no half file that would refuse the start.
/// Account 0 stands for nobody: a command of administration failed, and there is no account to restrict.
/// </summary>
internal sealed class QuarantineFolder(IStorage storage)
{
    private const string Folder = "quarantine";
    private const string AppliedSuffix = ".applied";
    private const string TemporarySuffix = ".tmp";

    /// <summary>Writes and syncs a file; the engine thread, once, at its end.</summary>
    public void Write(PoisonedCommandException poison)
    {
        ref readonly var command = ref poison.Command;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"account={poison.AccountId} symbol={poison.SymbolId} type={command.Type}\ncommand={Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<CommandSlot>(in command)))}\n{poison.InnerException}\n");
        storage.CreateFolder(Folder);
        var name = Folder + "/" + poison.Sequence.ToString("D20", CultureInfo.InvariantCulture);
        if (storage.Exists(name))
        {
            // The same sequence failed before and its file was never applied: the first one tells the story.
            return;
        }

        var temporary = name + TemporarySuffix;
        if (storage.Exists(temporary))
        {
            storage.Delete(temporary);
        }

        using (var file = storage.Open(temporary, create: true))
        {
            file.Write(Encoding.UTF8.GetBytes(text), 0);
            var syncs = true;
            Planted.Let(PlantedBug.QuarantineNotSynced, ref syncs, false);
            if (syncs)
            {
                file.Sync();
            }
        }

        storage.Rename(temporary, name);
        storage.SyncFolder(Folder);
    }

    /// <summary>Returns what is not applied yet, oldest first.</summary>
    /// <exception cref="InvalidDataException">A file cannot be understood: the operator must look at it before the exchange starts.</exception>
    public IReadOnlyList<QuarantineCommand> ReadPending()
    {
        var pending = new List<QuarantineCommand>();
        foreach (var name in storage.List(Folder))
        {
            if (!name.EndsWith(AppliedSuffix, StringComparison.Ordinal) && !name.EndsWith(TemporarySuffix, StringComparison.Ordinal))
            {
                pending.Add(Read(name));
            }
        }

        return pending;
    }

    /// <summary>Marks a file as applied, durably.</summary>
    public void MarkApplied(long failedSequence)
    {
        var name = Folder + "/" + failedSequence.ToString("D20", CultureInfo.InvariantCulture);
        storage.Rename(name, name + AppliedSuffix);
        storage.SyncFolder(Folder);
    }

    private QuarantineCommand Read(string name)
    {
        using var file = storage.Open(Folder + "/" + name, create: false);
        var bytes = new byte[Math.Min(file.Length, 256)];
        var text = Encoding.UTF8.GetString(bytes, 0, file.Read(bytes, 0));
        var fields = text.Split('\n')[0].Split(' ');
        return fields.Length == 3
            && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && TryParse(fields[0], "account=", out var accountId)
            && TryParse(fields[1], "symbol=", out var symbolId)
            ? new QuarantineCommand(sequence, accountId, symbolId)
            : throw new InvalidDataException($"'{Folder}/{name}' is no quarantine file: look at it, then move it away");
    }

    private static bool TryParse(string field, string prefix, out int value)
    {
        value = 0;
        return field.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(field.AsSpan(prefix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
