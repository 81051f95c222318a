using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
public sealed class WaitStrategyTests
{
    [TestCase(WaitStrategyKind.Automatic, 2, WaitStrategyKind.SpinThenBlock, WaitStrategy.ShortSpinCount)]
    [TestCase(WaitStrategyKind.Automatic, 3, WaitStrategyKind.SpinThenBlock, WaitStrategy.ShortSpinCount)]
    [TestCase(WaitStrategyKind.Automatic, 4, WaitStrategyKind.SpinThenBlock, WaitStrategy.LongSpinCount)]
    [TestCase(WaitStrategyKind.SpinThenBlock, 16, WaitStrategyKind.SpinThenBlock, WaitStrategy.LongSpinCount)]
    [TestCase(WaitStrategyKind.BusySpin, 2, WaitStrategyKind.BusySpin, WaitStrategy.ShortSpinCount)]
    [TestCase(WaitStrategyKind.Yield, 16, WaitStrategyKind.Yield, WaitStrategy.ShortSpinCount)]
    public void Kind_and_spin_count_follow_the_processors(WaitStrategyKind asked, int processors, WaitStrategyKind kind, int spinCount)
    {
        var strategy = WaitStrategy.Create(asked, processors);
        Assert.That((strategy.Kind, strategy.SpinCount), Is.EqualTo((kind, spinCount)));
    }

    [Test]
    public void An_unknown_kind_is_refused() =>
        Assert.That(() => WaitStrategy.Create((WaitStrategyKind)9, 2), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(WaitStrategy.ShortSpinCount)]
    public void Ping_pong_misses_no_wake_up(int spinCount)
    {
        // Without a spin nearly every round blocks both threads, with one they meet at every point of the protocol.
        var rounds = spinCount == 0 ? 20_000 : 100_000;
        var ping = new Sequence(0);
        var pong = new Sequence(0);
        var pingStrategy = new WaitStrategy(WaitStrategyKind.SpinThenBlock, spinCount);
        var pongStrategy = new WaitStrategy(WaitStrategyKind.SpinThenBlock, spinCount);
        var pingBarrier = new SequenceBarrier(ping, pingStrategy);
        var pongBarrier = new SequenceBarrier(pong, pongStrategy);
        var wrong = 0;

        ParallelRun.All(
            () =>
            {
                for (var round = 1; round <= rounds; round++)
                {
                    ping.Value = round;
                    pingStrategy.SignalAll();
                    wrong += pongBarrier.WaitFor(round) == round ? 0 : 1;
                }
            },
            () =>
            {
                for (var round = 1; round <= rounds; round++)
                {
                    wrong += pingBarrier.WaitFor(round) == round ? 0 : 1;
                    pong.Value = round;
                    pongStrategy.SignalAll();
                }
            });

        Assert.That((wrong, ping.Value, pong.Value), Is.EqualTo((0, (long)rounds, (long)rounds)));
    }

    [Test]
    public void A_signal_between_the_last_look_and_the_sleep_still_wakes()
    {
        // Without a spin the first look is the last one before the sleep.
        var strategy = new WaitStrategy(WaitStrategyKind.SpinThenBlock, spinCount: 0);
        var source = new Sequence(0);
        var outcome = WaitOutcome.Idle;
        ParallelRun.All(() => outcome = strategy.Wait(new PublishedDuringTheFirstLook(strategy, source), Timeout.Infinite));
        Assert.That((outcome, source.Value), Is.EqualTo((WaitOutcome.Met, 1L)));
    }

    /// <summary>Reads "not yet"; before it says so, another thread publishes and signals as far as the lock lets it.</summary>
    private readonly struct PublishedDuringTheFirstLook(WaitStrategy strategy, Sequence source) : IWaitCondition
    {
        public bool IsMet
        {
            get
            {
                if (source.Value != 0)
                {
                    return true;
                }

                var (signaled, published) = (strategy, source);
                var publisher = new Thread(() =>
                {
                    published.Value = 1;
                    signaled.SignalAll();
                })
                { IsBackground = true };
                publisher.Start();
                while ((publisher.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) == 0)
                {
                    Thread.Yield();
                }

                return false;
            }
        }

        public bool IsAlerted => false;
    }

    [TestCase(WaitStrategyKind.BusySpin)]
    [TestCase(WaitStrategyKind.Yield)]
    [TestCase(WaitStrategyKind.SpinThenBlock)]
    public void Alert_ends_a_wait_and_all_later_ones_until_it_is_cleared(WaitStrategyKind kind)
    {
        var strategy = WaitStrategy.Create(kind, 2);
        var source = new Sequence(5);
        var barrier = new SequenceBarrier(source, strategy);
        var results = new List<long>();
        using var waits = new ManualResetEventSlim();

        var waiter = ParallelRun.Start(() =>
        {
            results.Add(barrier.WaitFor(5));
            waits.Set();
            results.Add(barrier.WaitFor(6));
            results.Add(barrier.WaitFor(6));
            results.Add(barrier.WaitFor(4));
        });
        waits.Wait();
        barrier.Alert();
        ParallelRun.Join(waiter);
        Assert.That(results, Is.EqualTo(new[] { 5, SequenceBarrier.Stopped, SequenceBarrier.Stopped, 5 }));

        barrier.ClearAlert();
        Assert.That((barrier.IsAlerted, barrier.WaitFor(6, maxBlockMs: 1)), Is.EqualTo((false, 5L)));
    }

    [TestCase(WaitStrategyKind.BusySpin)]
    [TestCase(WaitStrategyKind.Yield)]
    [TestCase(WaitStrategyKind.SpinThenBlock)]
    public void A_bounded_wait_gives_the_thread_its_turn_back(WaitStrategyKind kind)
    {
        var barrier = new SequenceBarrier(new Sequence(41), WaitStrategy.Create(kind, 2));
        Assert.That(barrier.WaitFor(42, maxBlockMs: 1), Is.EqualTo(41));
    }

    [Test]
    public void Alert_of_one_consumer_leaves_the_others_waiting()
    {
        var strategy = WaitStrategy.Create(WaitStrategyKind.SpinThenBlock, 2);
        var source = new Sequence(0);
        var stopped = new SequenceBarrier(source, strategy);
        var other = new SequenceBarrier(source, strategy);
        var otherResult = 0L;
        var otherWaiter = ParallelRun.Start(() => otherResult = other.WaitFor(1));

        stopped.Alert();
        Assert.That(stopped.WaitFor(1), Is.EqualTo(SequenceBarrier.Stopped));
        source.Value = 1;
        strategy.SignalAll();
        ParallelRun.Join(otherWaiter);
        Assert.That(otherResult, Is.EqualTo(1));
    }
}
