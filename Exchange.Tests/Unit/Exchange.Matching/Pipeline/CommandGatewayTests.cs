using Exchange.Matching.Commands;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using NUnit.Framework;
using NUnit.Framework.Constraints;

namespace Exchange.Tests.Unit.Matching.Pipeline;

[TestFixture]
public sealed class CommandGatewayTests
{
    private const int Slots = 128;
    private const int Reserve = 64;

    private CommandRing _ring = null!;
    private ReplyTable _replies = null!;
    private CommandGateway _gateway = null!;

    [SetUp]
    public void Create() => Create(inFlight: 2 * Slots);

    [Test]
    public void A_command_reaches_the_ring_with_its_own_token()
    {
        for (var i = 0; i < 3; i++)
        {
            var command = CommandSlots.Limit(7, Side.Sell, price: 3 + i, quantity: 4);
            Assert.That(_gateway.TrySubmit(ref command, ClaimClass.Normal, out var reply), Is.True);
            Assert.That(reply.IsCompleted, Is.False);
            Assert.That((_ring[i].AccountId, _ring[i].Price, _ring[i].SlotCount, _ring[i].PayloadLength), Is.EqualTo((7, 3L + i, (byte)1, (ushort)0)));
        }

        Assert.That(_ring.WaitFor(0), Is.EqualTo(2));
        Assert.That(Enumerable.Range(0, 3).Select(i => _ring[i].ReplyToken), Is.Unique);
    }

    [Test]
    public void A_payload_reaches_the_ring_whole([Values(0, 1, 120, 121, 8_184)] int length)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)(i * 7 + 1)).ToArray();

        Assert.That(_gateway.TrySubmit(CommandType.OpenAccount, payload, ClaimClass.Reserved, out _), Is.True);

        var read = new byte[CommandRing.MaxPayloadLength];
        Assert.That(_ring[0].Type, Is.EqualTo(CommandType.OpenAccount));
        Assert.That(read[.._ring.ReadPayload(0, read)], Is.EqualTo(payload));
    }

    [Test]
    public void New_orders_leave_the_reserve_to_cancels_and_a_shed_command_costs_no_token()
    {
        Assert.That(SubmitUntilFull(ClaimClass.Normal), Is.EqualTo(Slots - Reserve));
        Assert.That(SubmitUntilFull(ClaimClass.Normal), Is.Zero);
        Assert.That(SubmitUntilFull(ClaimClass.Reserved), Is.EqualTo(Reserve));

        _ring.WaitFor(0);
        _ring.Release(9);
        Assert.That(SubmitUntilFull(ClaimClass.Normal), Is.Zero, "the reserve fills first");
        Assert.That(SubmitUntilFull(ClaimClass.Reserved), Is.EqualTo(10));

        // Every refusal above took a wait and gave it back.
        var left = 0;
        while (_replies.TryRent(out _))
        {
            left++;
        }

        Assert.That(left, Is.EqualTo(2 * Slots - Slots - 10));
    }

    [Test]
    public void Commands_in_flight_are_bounded_by_the_replies()
    {
        Create(inFlight: 5);

        Assert.That(SubmitUntilFull(ClaimClass.Reserved), Is.EqualTo(5));
        Assert.That(_ring.Occupied, Is.EqualTo(5), "a refused command claims no slot");
    }

    [Test]
    public void Before_it_opens_and_after_it_closes_it_takes_nothing()
    {
        _gateway = new CommandGateway(_ring, _replies);
        Assert.That((_gateway.IsAdmitting, SubmitUntilFull(ClaimClass.Reserved)), Is.EqualTo((false, 0)));
        Assert.That(_gateway.TrySubmitAtStart(CommandType.Genesis, [], out _), Is.True, "but for the start itself");

        _gateway.Open();
        Assert.That(_gateway.IsAdmitting, Is.True);
        _gateway.Close();
        _gateway.Open();
        Assert.That((_gateway.IsAdmitting, SubmitUntilFull(ClaimClass.Reserved)), Is.EqualTo((false, 0)), "closed for good");
        Assert.That(_gateway.TrySubmitAtStart(CommandType.Genesis, [], out _), Is.False);
    }

    [Test]
    public void A_type_that_no_recovery_could_execute_is_a_bug([Range(0, 255)] int number)
    {
        var type = (CommandType)number;
        var command = CommandSlots.Limit(1, Side.Buy, 1, 1) with { Type = type };
        var isTrading = number is >= 16 and <= 20;
        var isPayload = number is >= 1 and <= 5 or 33 or 34 or 36 or (>= 48 and <= 57);

        Assert.That(() => _gateway.TrySubmit(ref command, ClaimClass.Normal, out _), OkOrBug(isTrading));
        Assert.That(() => _gateway.TrySubmit(type, [], ClaimClass.Normal, out _), OkOrBug(isPayload));
        Assert.That(_ring.Occupied, Is.EqualTo(isTrading || isPayload ? 1 : 0));
    }

    [Test]
    public void Moves_and_reductions_do_not_name_their_order_by_a_client_id_which_no_journal_tells(
        [Values(CommandType.MoveOrder, CommandType.ReduceOrder, CommandType.CancelOrder)] CommandType type, [Values] bool hasClientId)
    {
        CommandSlot command = new() { Type = type, AccountId = 1, OrderId = 1, ClientOrderId = ClientOrderId.From(hasClientId ? "mine" : "") };
        var isOk = type == CommandType.CancelOrder || !hasClientId;

        Assert.That(() => _gateway.TrySubmit(ref command, ClaimClass.Normal, out _), OkOrBug(isOk));
        Assert.That(_ring.Occupied, Is.EqualTo(isOk ? 1 : 0));
    }

    private static IResolveConstraint OkOrBug(bool isOk) => isOk ? Is.True : Throws.ArgumentException;

    private void Create(int inFlight)
    {
        _ring = new CommandRing(new CommandRingOptions { SlotCount = Slots, ReserveDivisor = Slots / Reserve });
        _replies = new ReplyTable(inFlight, timeoutMs: 1_000, new ManualClock());
        _gateway = new CommandGateway(_ring, _replies);
        _gateway.Open();
    }

    private int SubmitUntilFull(ClaimClass claimClass)
    {
        var command = CommandSlots.Limit(1, Side.Buy, 1, 1);
        var count = 0;
        while (_gateway.TrySubmit(ref command, claimClass, out _))
        {
            count++;
        }

        return count;
    }
}
