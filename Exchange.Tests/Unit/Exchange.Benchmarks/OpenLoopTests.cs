using System.Diagnostics;
using Exchange.Benchmarks.Outage;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

public sealed class OpenLoopTests
{
    private const int PerSecond = 1_000;
    private const int Orders = 20;

    [Test]
    public async Task What_is_due_is_sent_while_nothing_answers_and_its_time_counts_from_then()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = new CountdownEvent(Orders);
        var load = new OpenLoop(PerSecond, async number =>
        {
            if (number < Orders)
            {
                sent.Signal();
            }

            await answered.Task;
            return number == 3 ? "refused" : null;
        });

        Assert.That(sent.Wait(HostProcess.Patience), Is.True, "nobody waits for an answer");
        var ending = load.StopAsync();
        var answers = Stopwatch.GetTimestamp();
        answered.SetResult();
        var samples = (await ending).OrderBy(sample => sample.IntendedAt).ToList();

        Assert.That(samples, Has.Count.GreaterThanOrEqualTo(Orders));
        Assert.That(samples.Select(sample => sample.IntendedAt + sample.Ticks), Is.All.GreaterThanOrEqualTo(answers), "the time reaches from the schedule to the answer");
        Assert.That(
            samples.Select((sample, number) => sample.IntendedAt - samples[0].IntendedAt - number * Stopwatch.Frequency / PerSecond), Is.All.InRange(-1, 1),
            "the schedule moves for nobody");
        Assert.That(samples.Select((sample, number) => (number, sample.Refusal)).Where(each => each.Refusal is not null), Is.EqualTo(new[] { (3, "refused") }));
    }
}
