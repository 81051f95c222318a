using Exchange.Host.Admin;
using Exchange.Host.Security;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;
using FakeGateway = Exchange.Tests.Support.FakeGateway;

namespace Exchange.Tests.Unit.Host.Admin;

public sealed class AdministrationDoorTests
{
    private static readonly OpenAccountCommand Command = new() { OrderLimitPerDay = 7, Deposits = [new AssetAmount(1, 100)] };
    private static readonly AdminCaller Caller = new(3, Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"), "why");

    [Test]
    public async Task A_request_goes_through_the_gateways_reserve_with_who_why_and_its_id_and_returns_what_was_created()
    {
        var gateway = new FakeGateway();
        var opening = NewDoor(gateway).OpenAccountAsync(Caller, Command);
        Assert.That(opening.IsCompleted, Is.False);
        var (type, payload, claimClass) = gateway.Submitted.Single();
        var reply = gateway.Complete(RejectReason.None, new RecordBuilder(CommandType.Administer, sequence: 9).Body(payload).With(new AccountOpened { AccountId = 5 }).ToBytes());

        Assert.That(await opening, Is.EqualTo(new AdminResult(false, RejectReason.None, 9) { CreatedId = 5 }));
        Assert.That(reply.DisposeCount, Is.EqualTo(1));
        Assert.That((type, claimClass), Is.EqualTo((CommandType.Administer, ClaimClass.Reserved)));
        Assert.That(AdministerCommand.TryRead(payload, out var sent), Is.True);
        Assert.That((sent.OperatorId, $"{sent.RequestId:x32}", sent.RequestType), Is.EqualTo((3, "0f8fad5bd9cb469fa16570867728950e", CommandType.OpenAccount)));
        Assert.That(sent.Request.ToArray(), Is.EqualTo(Command.ToBytes()));
    }

    [Test]
    public async Task A_refused_request_says_why()
    {
        var gateway = new FakeGateway();
        var opening = NewDoor(gateway).OpenAccountAsync(Caller, Command);
        var reply = gateway.Complete(RejectReason.DuplicateApiKey, new RecordBuilder(CommandType.Administer).With(new CommandRejected { Reason = RejectReason.DuplicateApiKey }).ToBytes());

        Assert.That((await opening).Reject, Is.EqualTo(RejectReason.DuplicateApiKey));
        Assert.That(reply.DisposeCount, Is.EqualTo(1));
    }

    [Test]
    public async Task A_repeated_creation_has_no_secret()
    {
        var gateway = new FakeGateway();
        var creating = NewDoor(gateway).CreateOperatorAsync(Caller, "eve", OperatorRole.Auditor);
        gateway.Complete(RejectReason.None, new RecordBuilder(CommandType.Administer, sequence: 9).With(new RequestRepeated { FirstSequence = 4, ResultId = 2 }).ToBytes());

        Assert.That(await creating, Is.EqualTo(new AdminResult(false, RejectReason.None, 4) { IsRepeated = true, CreatedId = 2 }));
    }

    [Test]
    public async Task A_full_ring_is_told_as_overload()
    {
        var result = await NewDoor(new FakeGateway { IsFull = true }).OpenAccountAsync(Caller, Command);
        Assert.That((result.IsOverloaded, result.IsDone), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_stop_before_the_outcome_is_known_faults_the_task()
    {
        var gateway = new FakeGateway();
        var opening = NewDoor(gateway).OpenAccountAsync(Caller, Command);
        gateway.Fail(new ExchangeStoppedException());
        Assert.That(async () => await opening, Throws.TypeOf<ExchangeStoppedException>());
    }

    private static Administration NewDoor(FakeGateway gateway) => new(gateway, new FakeAccounts(), new SecretProtector(new SecretsOptions(), "."));
}
