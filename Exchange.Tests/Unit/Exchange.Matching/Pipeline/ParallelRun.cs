using NUnit.Framework;

namespace Exchange.Tests.Unit.Exchange.Matching.Pipeline;

/// <summary>Runs each action on a thread of its own and hands the first failure to the test.</summary>
internal static class ParallelRun
{
    // Only ends a test that hangs; no test depends on how long anything takes.
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(1);

    public static void All(params Action[] actions) => Join([.. actions.Select(Start)]);

    public static Task Start(Action action) => Task.Factory.StartNew(
        action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static void Join(params Task[] tasks)
    {
        var running = tasks.ToList();
        while (running.Count > 0)
        {
            var ended = Task.WaitAny([.. running], HangGuard);
            Assert.That(ended, Is.GreaterThanOrEqualTo(0), "a thread hangs: a wake-up was missed, or a sequence never came");
            running[ended].GetAwaiter().GetResult();
            running.RemoveAt(ended);
        }
    }
}
