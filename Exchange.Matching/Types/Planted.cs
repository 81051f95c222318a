using System.Diagnostics;
using Exchange.Matching.Book;
using Exchange.Matching.Pipeline;
using Exchange.Matching.Ports;

namespace Exchange.Matching.Types;

/// <summary>
/// Bugs that the simulation must find (RELIABILITY A5), at the places where such bugs are made. They exist in the build configuration Planted alone:
/// in every other one the compiler drops the calls with their arguments, and a test of the compiled assemblies holds it to that.
/// </summary>
internal static class Planted
{
    private const string Configuration = "PLANTED";

#if PLANTED
    [ThreadStatic] private static PlantedBug _active;

    /// <summary>The bug that this thread meets; None for none. One at a time.</summary>
    public static PlantedBug Active
    {
        get => _active;
        set => _active = value;
    }
#endif

    /// <summary>Puts <paramref name="wrong"/> in the place of the right value.</summary>
    [Conditional(Configuration)]
    public static void Let<T>(PlantedBug bug, ref T value, T wrong)
    {
#if PLANTED
        value = _active == bug ? wrong : value;
#endif
    }

    /// <summary>Moves the youngest order of a level to its front.</summary>
    [Conditional(Configuration)]
    public static unsafe void PutLastFirst(PlantedBug bug, PriceLevel* level, RestingOrder* orders)
    {
#if PLANTED
        if (_active == bug && level->First != level->Last)
        {
            var moved = level->Last;
            level->Last = orders[moved].Previous;
            orders[level->Last].Next = 0;
            orders[moved].Previous = 0;
            orders[moved].Next = level->First;
            orders[level->First].Previous = moved;
            level->First = moved;
        }
#endif
    }

    /// <summary>Tells the publisher of a group that is not on disk yet.</summary>
    [Conditional(Configuration)]
    public static void Acknowledge(PlantedBug bug, EventRing events, Sequence durable, long sequence)
    {
#if PLANTED
        if (_active == bug)
        {
            events.Advance(durable, sequence);
        }
#endif
    }

    /// <summary>Tries a sync and forgets its failure: the sync that follows is a second try.</summary>
    [Conditional(Configuration)]
    public static void TrySync(PlantedBug bug, IStorageFile file)
    {
#if PLANTED
        if (_active == bug)
        {
            try
            {
                file.Sync();
            }
            catch (StorageException)
            {
                // The bug.
            }
        }
#endif
    }
}

/// <summary>The bugs there are.</summary>
internal enum PlantedBug
{
    None,
    AcknowledgedBeforeSync,
    GroupNotSynced,
    FailedSyncTriedAgain,
    FolderNotSynced,
    SegmentHeaderNotSynced,
    TornTailLeft,
    EndNotWrittenAgain,
    DamageTakenForTorn,
    ChecksumNotChecked,
    ChainNotChecked,
    PublishedBeyondDurable,
    RingOverrun,
    SlotsReleasedEarly,
    LeftoverWorkForgotten,
    QuarantineIgnored,
    QuarantineNotSynced,
    ClockStartsAtTheWall,
    ClockFollowsTheWall,
    ReplayAppliedTwice,
    ViewsNotRecovered,
    DoubleFee,
    FeeRoundedDown,
    NewestOrderFirst,
    HoldNotReleased,
    FokFillsPartly,
    DuplicateClientOrderIdTaken,
    OverdraftAllowed,
    QuarantineForgotten,
    PostOnlyTrades,
    SnapshotNotSynced,
    SnapshotChecksumNotChecked,
    SnapshotBeyondJournalTaken,
    SegmentDeletedTooEarly,
    SegmentDeletedUnarchived,
    FollowerForgotten,
    EpochFallsBack,
}
