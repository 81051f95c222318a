using Exchange.Matching.Pipeline;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

[TestFixture]
[Platform("Linux")]
public sealed class ThreadAffinityTests
{
    private static string AllowedCpus() => File.ReadLines("/proc/thread-self/status")
        .Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();

    private static T OnNewThread<T>(Func<T> function)
    {
        T result = default!;
        ParallelRun.All(() => result = function());
        return result;
    }

    [Test]
    public void A_pinned_thread_may_use_only_its_cpu_and_other_threads_are_unchanged()
    {
        var before = AllowedCpus();
        var cpu = int.Parse(before.Split(',')[^1].Split('-')[^1]);
        var pinned = OnNewThread(() =>
        {
            ThreadAffinity.PinCurrentThread(cpu);
            return AllowedCpus();
        });
        Assert.That((pinned, AllowedCpus()), Is.EqualTo(($"{cpu}", before)));
    }

    [Test]
    public void Minus_one_leaves_the_thread_alone()
    {
        var before = AllowedCpus();
        var after = OnNewThread(() =>
        {
            ThreadAffinity.PinCurrentThread(ThreadAffinity.Unpinned);
            return AllowedCpus();
        });
        Assert.That(after, Is.EqualTo(before));
    }

    [TestCase(-2)]
    [TestCase(1_023)]
    [TestCase(1_024)]
    public void A_cpu_that_does_not_exist_is_refused_with_those_that_do(int cpu)
    {
        var error = OnNewThread(() => Assert.Throws<ArgumentOutOfRangeException>(() => ThreadAffinity.PinCurrentThread(cpu)));
        Assert.That(error!.Message, Does.StartWith($"cpu {cpu} does not exist or is closed to this process, which may use cpu 0"));
    }
}
