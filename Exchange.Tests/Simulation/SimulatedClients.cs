using Exchange.Matching.Commands;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;
using Exchange.Orders;
using Exchange.Tests.Support;

namespace Exchange.Tests.Simulation;

/// <summary>
/// The callers: they hand over a random stream, hear answers, and after a restart find out, as a real client would, what became of the orders
/// whose outcome they never heard: by the client id, in the views; what is not there they send again.
/// </summary>
internal sealed class SimulatedClients(SimulationPlan plan, SimulationHistory history, SplitMix64 random, Action<string> trace)
{
    private readonly CommandGenerator _generator = new(plan.Seed);
    private readonly List<SimulatedCommand> _inFlight = [];
    private readonly Queue<SimulatedCommand> _toSend = new();
    private readonly List<SimulatedCommand> _ofThisLife = [];
    private List<SimulatedCommand> _unknown = [];
    private List<SimulatedCommand> _lost = [];
    private int _uniqueIds;

    /// <summary>Commands that a gateway took so far.</summary>
    public int Submitted { get; private set; }

    public int Answered { get; private set; }

    public int Resubmitted { get; private set; }

    /// <summary>Nothing is in flight and nothing waits to be sent.</summary>
    public bool IsQuiet => _inFlight.Count == 0 && _toSend.Count == 0;

    public void OnOutcome(GeneratedCommand command, IReadOnlyList<ExchangeEvent> outcome) => _generator.Observe(command, outcome);

    /// <summary>Hands over one command, of the past or a new one; false when the exchange takes none now.</summary>
    public bool TrySubmit(ICommandGateway gateway)
    {
        if (_toSend.Count == 0)
        {
            _toSend.Enqueue(new SimulatedCommand(WithUniqueId(_generator.Next())));
        }

        var command = _toSend.Peek();
        if (!TryHandOver(gateway, command))
        {
            return false;
        }

        _toSend.Dequeue();
        return true;
    }

    /// <summary>Hands over one command of those that wait, and no new one.</summary>
    public void TrySubmitPending(ICommandGateway gateway)
    {
        if (_toSend.Count > 0)
        {
            TrySubmit(gateway);
        }
    }

    /// <summary>Hands over an operator's command ahead of everything else.</summary>
    public void SendNext(GeneratedCommand command)
    {
        var others = _toSend.ToList();
        _toSend.Clear();
        _toSend.Enqueue(new SimulatedCommand(command));
        others.ForEach(_toSend.Enqueue);
    }

    /// <summary>Takes the answers that have come.</summary>
    public void Hear()
    {
        for (var i = 0; i < _inFlight.Count; i++)
        {
            var command = _inFlight[i];
            if (!command.Reply.IsCompleted)
            {
                continue;
            }

            _inFlight.RemoveAt(i--);
            command.HasHeard = true;
            try
            {
                using var reply = command.Reply.GetAwaiter().GetResult();
                Hear(command, reply);
            }
            catch (Exception unknown) when (unknown is TimeoutException or ExchangeStoppedException)
            {
                trace($"client: outcome unknown ({unknown.GetType().Name}): {command}");
            }
        }
    }

    /// <summary>The process is gone: nobody will be answered any more.</summary>
    public void OnEnd()
    {
        _inFlight.Clear();
        _unknown = [.. _unknown, .. _ofThisLife.Where(command => !command.IsAcknowledged)];
        _ofThisLife.Clear();
    }

    /// <summary>A new process has recovered; these of the last one's commands it does not know.</summary>
    public void OnRecovered(List<SimulatedCommand> lost)
    {
        _lost.AddRange(lost);
        _unknown.RemoveAll(lost.Contains);
    }

    /// <summary>
    /// What clients do first when the exchange is open again. An order whose answer they never heard is looked up by its client id: it must be there
    /// exactly if its command survived. An open one may be sent again all the same, and must be refused as a duplicate.
    /// </summary>
    public void Reconcile(OrdersView orders, ICommandGateway gateway)
    {
        foreach (var command in _unknown.Where(command => command.IsUnique))
        {
            var isFound = orders.TryGet(command.Slot.AccountId, command.Slot.SymbolId, command.Slot.ClientOrderId, out var state);
            SimulationHistory.Require(
                isFound == command.IsAccepted,
                $"after recovery a client {(isFound ? "finds" : "does not find")} its order '{command.Slot.ClientOrderId}', whose outcome was {command.Reject}");
            if (isFound && state.IsOpen && !history.IsInsideCommand && random.Chance(50))
            {
                Resubmitted += TryHandOver(gateway, command.Duplicate()) ? 1 : 0;
            }
        }

        var kept = _toSend.ToList();
        _toSend.Clear();
        foreach (var command in _lost)
        {
            if (command.IsUnique)
            {
                SimulationHistory.Require(
                    !orders.TryGet(command.Slot.AccountId, command.Slot.SymbolId, command.Slot.ClientOrderId, out _),
                    $"an order is there whose command is not: '{command.Slot.ClientOrderId}'");
            }

            // Symbols and accounts must come into being, or the rest of the stream would be refused; other callers may have lost interest.
            if (!command.IsDuplicate && (!command.Type.IsTrading() || random.Chance(70)))
            {
                _toSend.Enqueue(command.Again());
                Resubmitted++;
            }
        }

        kept.ForEach(_toSend.Enqueue);
        _unknown = [];
        _lost = [];
    }

    private bool TryHandOver(ICommandGateway gateway, SimulatedCommand command)
    {
        var claimClass = command.Type is CommandType.PlaceOrder or CommandType.MoveOrder ? ClaimClass.Normal : ClaimClass.Reserved;
        ValueTask<CommandReply> reply;
        var isTaken = command.Type.IsTrading()
            ? gateway.TrySubmit(ref command.Slot, claimClass, out reply)
            : gateway.TrySubmit(command.Type, command.Body, claimClass, out reply);
        if (!isTaken)
        {
            return false;
        }

        command.Reply = reply;
        _inFlight.Add(command);
        _ofThisLife.Add(command);
        history.OnSubmitted(command);
        Submitted++;
        trace($"client: {command}");
        return true;
    }

    private void Hear(SimulatedCommand command, CommandReply reply)
    {
        SimulationHistory.Require(command.Sequence > 0, $"an answer came before any view was shown the command: {command}");
        SimulationHistory.Require(
            reply.Sequence == command.Sequence && reply.Reject == command.Reject && reply.Records.StartsWith(history.Record(command.Sequence)),
            $"the answer (sequence {reply.Sequence}, {reply.Reject}) is not what views were shown (sequence {command.Sequence}, {command.Reject}): {command}");
        command.IsAcknowledged = true;
        Answered++;
        trace($"client: answered {command.Sequence} {command.Reject}");
    }

    /// <summary>Gives every second placement an id of its own.</summary>
    private GeneratedCommand WithUniqueId(GeneratedCommand command)
    {
        if (command is not GeneratedTrading { Slot.Type: CommandType.PlaceOrder } placement || !random.Chance(50))
        {
            return command;
        }

        return placement with { Slot = placement.Slot with { ClientOrderId = ClientOrderId.From($"unique-{++_uniqueIds}") } };
    }
}
