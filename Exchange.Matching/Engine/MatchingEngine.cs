using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exchange.Matching.Administration;
using Exchange.Matching.Book;
using Exchange.Matching.Commands;
using Exchange.Matching.Events;
using Exchange.Matching.Ports;
using Exchange.Matching.Types;

namespace Exchange.Matching.Engine;

/// <summary>
/// The deterministic state machine of the exchange: one command in, its record (command and events) out. The same commands with the
/// same sequences and times give the same state and the same bytes on any machine: no clock, no randomness, no I/O, no lock in here.
/// One thread: the engine loop live, the recovery in replay.
/// <para>
/// Every command looks up, validates everything, and only then changes (<see cref="BeginChange"/> marks the line). An exception before
/// the line is a reject like any other, the same in every replay; behind the line the state is lost and <see cref="PoisonedCommandException"/> leaves.
/// </para>
/// The rules of each order type stand in README.md; this file holds the frame, the others one concern each:
/// Usual (what most commands are, as a whole), Place, Match, Change (cancel, reduce, move), LookAhead, Administration, State.
/// </summary>
/// <typeparam name="TRisk">A struct, so that its calls inline.</typeparam>
/// <typeparam name="TLedger">A struct, so that its calls inline.</typeparam>
[SkipLocalsInit]
public sealed unsafe partial class MatchingEngine<TRisk, TLedger> : IDisposable
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    // Mutable on purpose: a readonly field of a generic struct type would be copied before every call.
    private TRisk _risk;
    private TLedger _ledger;

    private readonly OrderStore _orders = new();
    private readonly NodeStore _nodes = new();
    private readonly LeafStore _leaves;
    private SymbolBook[] _books = [];
    private Asset[] _assets = [];
    private Restrictions[] _accountRestrictions = new Restrictions[64];

    // Derived: whether any account is restricted, or was since this was last found out, and whether any may do nothing at all.
    private bool _hasRestrictedAccounts;
    private bool _hasClosedAccounts;
    private bool _isVenueHalted;
    private readonly OperatorTable _operators = new();
    private readonly RequestTable _requests = new();
    private GenesisCommand? _genesis;
    private int _workLimit;
    private int _sweepLevelLimit;
    private int _restingOrderLimit;
    private long _lastOrderId;

    private PendingKind _pending;
    private Taker _taker;
    private int _pendingAccountId;
    private int _pendingSymbolId;
    private CancelOrdersCommand _pendingCancel;

    private bool _changing;

    private enum PendingKind : byte
    {
        None,
        Taker,
        CancelAll,
        CancelOrders,
    }

    public MatchingEngine(TRisk risk, TLedger ledger)
    {
        _risk = risk;
        _ledger = ledger;
        _leaves = new LeafStore(_orders.Start);
        TakeCapacities(GenesisCommand.Default(ExchangeMode.Sandbox));
    }

    /// <summary>Sandbox or venue; null before the first command.</summary>
    public ExchangeMode? Mode => _genesis?.Mode;

    /// <summary>The rules by which commands are executed, journaled by the first command; 0 before it. Every change of results asks for it.</summary>
    internal int LogicVersion => _genesis?.LogicVersion ?? 0;

    /// <summary>The last command exceeded the bound of work: <see cref="ExecutePending"/> must run before any other command.</summary>
    public bool HasPendingWork => _pending != PendingKind.None;

    /// <summary>Bytes that the largest record of one command may have.</summary>
    public int MaxRecordLength { get; private set; }

    /// <summary>Resting orders of all books.</summary>
    public int RestingOrders => _orders.Count;

    /// <summary>
    /// Executes one command and writes its record.
    /// </summary>
    /// <param name="command">A trading command's fields, or only the type of a command that travels as payload.</param>
    /// <param name="payload">The body of a command that travels as payload.</param>
    /// <param name="sequence">The position in the total order.</param>
    /// <param name="timeUs">Journal time, microseconds, never below the previous command's.</param>
    /// <param name="destination">At least <see cref="MaxRecordLength"/> bytes.</param>
    /// <returns>The record's length in bytes.</returns>
    /// <exception cref="PoisonedCommandException">The command failed after it had begun to change the state, which is lost.</exception>
    public int Execute(ref CommandSlot command, ReadOnlySpan<byte> payload, long sequence, long timeUs, Span<byte> destination)
    {
        try
        {
            var length = HasPendingWork || destination.Length < MaxRecordLength ? 0
                : TryUsual(ref command, sequence, timeUs, ref MemoryMarshal.GetReference(destination));
            return length != 0 ? length : ExecuteOther(ref command, payload, sequence, timeUs, destination);
        }
        catch (Exception failure) when (IsOfCommand(failure))
        {
            return RejectFailed(failure, ref command, payload, sequence, timeUs, destination);
        }
    }

    /// <summary>
    /// Whether an exception is one of the command that was executed. Running out of memory is none: a replay would not meet it. It ends the process instead.
    /// </summary>
    internal static bool IsOfCommand(Exception failure) => failure is not (OutOfMemoryException or PoisonedCommandException);

    /// <summary>Writes the record of a command whose execution an exception has ended: a reject like any other, the same in every replay.</summary>
    /// <exception cref="PoisonedCommandException">It had begun to change the state, which is lost.</exception>
    internal int RejectFailed(Exception failure, ref CommandSlot command, ReadOnlySpan<byte> payload, long sequence, long timeUs, Span<byte> destination)
    {
        if (_changing)
        {
            throw new PoisonedCommandException(in command, sequence, failure);
        }

        LastInternalError = failure;
        var record = new RecordWriter(destination);
        WriteBody(in command, payload, ref record);
        record.Reject(RejectReason.InternalError);
        return record.Finish(command.Type, HasPendingWork ? RecordFlags.Continues : RecordFlags.None, sequence, timeUs);
    }

    /// <summary>Whose work is pending; meaningful while <see cref="HasPendingWork"/>.</summary>
    public int PendingAccountId => _pendingAccountId;

    /// <summary>Goes on with the work that the last command left, as the engine's own command.</summary>
    /// <returns>The record's length in bytes.</returns>
    public int ExecutePending(long sequence, long timeUs, Span<byte> destination) =>
        ExecuteOwn(CommandType.ContinueWork, sequence, timeUs, destination);

    /// <summary>Gives up the work that the last command left, as the engine's own command: continuing it has broken the engine before.</summary>
    /// <returns>The record's length in bytes.</returns>
    public int AbandonPending(long sequence, long timeUs, Span<byte> destination) =>
        ExecuteOwn(CommandType.AbandonWork, sequence, timeUs, destination);

    /// <summary>The exception behind the latest <see cref="RejectReason.InternalError"/>, for the log; null when there was none.</summary>
    public Exception? LastInternalError { get; private set; }

    public void Dispose()
    {
        _orders.Dispose();
        _nodes.Dispose();
        _leaves.Dispose();
    }

    private int ExecuteOwn(CommandType type, long sequence, long timeUs, Span<byte> destination)
    {
        Invariant.That(HasPendingWork, "pending work is continued only while there is some");
        CommandSlot command = default;
        command.Type = type;
        command.SlotCount = 1;
        command.AccountId = _pendingAccountId;
        command.SymbolId = _pendingSymbolId;
        command.OrderId = _pending == PendingKind.Taker ? _taker.OrderId : 0;
        return Execute(ref command, default, sequence, timeUs, destination);
    }

    /// <summary>
    /// Executes any command, what is no usual one as well as what only looked like it, without the guard of <see cref="Execute"/>: behind an exception for
    /// which <see cref="IsOfCommand"/> holds, the caller goes on with <see cref="RejectFailed"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal int ExecuteOther(ref CommandSlot command, ReadOnlySpan<byte> payload, long sequence, long timeUs, Span<byte> destination)
    {
        _changing = false;
        var record = new RecordWriter(destination);
        WriteBody(in command, payload, ref record);
        Dispatch(ref command, payload, sequence, timeUs, ref record);
        return record.Finish(command.Type, HasPendingWork ? RecordFlags.Continues : RecordFlags.None, sequence, timeUs);
    }

    private static void WriteBody(in CommandSlot command, ReadOnlySpan<byte> payload, ref RecordWriter record)
    {
        if (command.Type.IsTrading())
        {
            record.EndBody(TradingCommandCodec.Write(in command, record.BodyRoom));
        }
        else
        {
            payload.CopyTo(record.BodyRoom);
            record.EndBody(payload.Length);
        }
    }

    private void Dispatch(ref CommandSlot command, ReadOnlySpan<byte> payload, long sequence, long timeUs, ref RecordWriter record)
    {
        if (HasPendingWork != command.Type.IsContinuation() || (sequence == 1) != (command.Type == CommandType.Genesis))
        {
            RejectOutOfPlace(command.Type, ref record);
            return;
        }

        switch (command.Type)
        {
            case CommandType.PlaceOrder:
                Place(ref command, timeUs, ref record);
                break;
            case CommandType.CancelOrder:
                Cancel(ref command, ref record);
                break;
            case CommandType.MoveOrder:
                Move(ref command, timeUs, ref record);
                break;
            case CommandType.ReduceOrder:
                Reduce(ref command, ref record);
                break;
            case CommandType.CancelAllOrders:
                CancelAll(ref command, ref record);
                break;
            case CommandType.ContinueWork:
                ContinueWork(timeUs, ref record);
                break;
            case CommandType.AbandonWork:
                AbandonWork(ref record);
                break;
            default:
                Administer(command.Type, payload, sequence, ref record);
                break;
        }
    }

    /// <summary>From here on the command changes the state; whatever fails now cannot be undone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BeginChange() => _changing = true;

    private static void RejectOutOfPlace(CommandType type, ref RecordWriter record)
    {
        Invariant.That(!type.IsContinuation(), "nobody but the engine continues work, and only while there is some");
        record.Reject(RejectReason.GenesisOutOfPlace);
    }

    private void TakeCapacities(GenesisCommand genesis)
    {
        _workLimit = genesis.WorkLimit;
        MaxRecordLength = RecordLimits.MaxRecordLength(_workLimit);
        _sweepLevelLimit = genesis.SweepLevelLimit;
        _restingOrderLimit = genesis.RestingOrderLimit;
    }
}
