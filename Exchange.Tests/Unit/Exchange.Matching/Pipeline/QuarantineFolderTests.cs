using System.Runtime.InteropServices;
using Exchange.Matching.Commands;
using Exchange.Matching.Engine;
using Exchange.Matching.Pipeline;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Matching.Pipeline;

public sealed class QuarantineFolderTests
{
    [Test]
    public void A_trading_command_is_kept_with_its_account_and_symbol()
    {
        var folder = new QuarantineFolder(new FaultyDisk());
        var command = new CommandSlot { Type = CommandType.PlaceOrder, SlotCount = 1, AccountId = 7, SymbolId = 3 };

        folder.Write(new PoisonedCommandException(command, 12, new InvalidOperationException("broken")));

        Assert.That(folder.ReadPending(), Is.EqualTo((QuarantineCommand[])[new(12, 7, 3)]));
    }

    [TestCase(CommandType.AddSymbol)]
    [TestCase(CommandType.OpenAccount)]
    [TestCase(CommandType.AdjustBalance)]
    public void A_payload_command_accuses_nobody_although_its_bytes_stand_where_others_have_account_and_symbol(CommandType type)
    {
        var folder = new QuarantineFolder(new FaultyDisk());
        var command = new CommandSlot();
        MemoryMarshal.AsBytes(new Span<CommandSlot>(ref command)).Fill(1);
        command.Type = type;
        var poison = new PoisonedCommandException(command, 12, new InvalidOperationException("broken"));

        folder.Write(poison);

        Assert.That(folder.ReadPending(), Is.EqualTo((QuarantineCommand[])[new(12, 0, 0)]));
        Assert.That(poison.Message, Is.EqualTo($"command 12 ({type}, account 0, symbol 0) failed while it changed the state: broken"));
    }
}
