using Exchange.Benchmarks.Durable;
using Exchange.Benchmarks.Processes;

namespace Exchange.Benchmarks.Outage;

/// <summary>
/// A host as it is shipped under orders at a fixed rate, over HTTP, while its stores are away in turn:
/// <code>
/// baseline │ outage │ catching up │ baseline │ outage of another store │ catching up │ … │ baseline       the orders never pause
/// </code>
/// so that what else the machine does falls on baselines and outages alike. Where the machine did not even let the sender run, the outage is repeated.
/// </summary>
internal sealed class OutageRun(OutageSettings settings, TextWriter progress)
{
    private const int Pairs = 16;

    private const int WarmUpSeconds = 15;

    /// <summary>Behind this, a store that follows under orders has caught up.</summary>
    private const int CaughtUpMs = 500;

    /// <summary>What an outage may add to the host's memory at most, beyond what its neighbours have.</summary>
    private const long MemoryGrowthBytesMax = 64L << 20;

    /// <summary>Repetitions of one outage before the run is given up.</summary>
    private const int RepetitionsMax = 10;

    private static readonly TimeSpan ConvergencePatience = TimeSpan.FromMinutes(10);

    private readonly List<MeasuredOutage> _outages = [];
    private readonly List<string> _mismatches = [];

    public async Task<OutageReport> RunAsync()
    {
        using var stores = new FaultyStores(settings.SlowMs, [.. settings.Stores]);
        var host = new HostProcess();
        await using (host.ConfigureAwait(false))
        {
            foreach (var (name, value) in stores.Settings)
            {
                host.Settings[name] = value;
            }

            var machine = MachineFacts.Read(host.DataDirectory);
            await host.StartAsync().ConfigureAwait(false);
            using var flow = await OrderFlow.OpenAsync(host.Url, Pairs).ConfigureAwait(false);
            var samples = await OutagesAsync(stores, host, flow).ConfigureAwait(false);
            foreach (var store in settings.Stores)
            {
                await ReplicatorHealth.CaughtUpAsync(host, store, patience: ConvergencePatience).ConfigureAwait(false);
            }

            host.Terminate();
            if (await host.WaitForExitAsync().ConfigureAwait(false) is var code and not 0)
            {
                _mismatches.Add($"the host ended with {code}");
            }

            var verified = new Dictionary<string, string>();
            foreach (var store in settings.Stores)
            {
                var (verdict, text) = await host.RunVerbAsync("verify", store).ConfigureAwait(false);
                verified[store] = text.TrimEnd();
                if (verdict != 0)
                {
                    _mismatches.Add($"verify {store}: {text.TrimEnd()}");
                }
            }

            List<OutageRow> rows = [.. _outages.GroupBy(outage => (outage.Fault.Store, outage.Fault.Fault)).Select(group => Row(group.Key, [.. group], samples))];
            var all = _outages.Where(outage => outage.Fault.Fault != FaultyStores.NoFault).ToList();
            rows.Add(Row(("all", "faults"), all, samples));
            return new OutageReport(machine, settings, rows, verified, _mismatches);
        }
    }

    private async Task<IReadOnlyList<LoadSample>> OutagesAsync(FaultyStores stores, HostProcess host, OrderFlow flow)
    {
        StoreFault[] faults = [stores.Control(), .. stores.Faults.Where(fault => settings.Faults.Contains(fault.Fault))];
        var load = new OpenLoop(settings.PerSecond, flow.PlaceAsync);
        progress.WriteLine("warming up");
        await OutagePhase.WatchAsync(host, null, WarmUpAsync).ConfigureAwait(false);
        var before = await BaselineAsync(host).ConfigureAwait(false);
        for (var round = 1; round <= settings.Rounds; round++)
        {
            foreach (var fault in faults)
            {
                var measured = await UndisturbedAsync(load, host, fault, before).ConfigureAwait(false);
                before = measured.After;
                _outages.Add(measured);
                var (outage, catchUp) = (measured.Outage, measured.CatchUp);
                progress.WriteLine($"round {round}, {fault.Store} {fault.Fault}: lag {outage.LagSequences} sequences, {outage.LagMs} ms; caught up behind {catchUp.Seconds:F1} s");
                if (fault.Fault != FaultyStores.NoFault && outage is not { LagSequences: > 0, LagMs: > 0 })
                {
                    _mismatches.Add($"{fault.Store} {fault.Fault}: no lag was told");
                }
            }
        }

        return await load.StopAsync().ConfigureAwait(false);
    }

    private async Task<MeasuredOutage> UndisturbedAsync(OpenLoop load, HostProcess host, StoreFault fault, OutagePhase before)
    {
        for (var repetition = 0; repetition <= RepetitionsMax; repetition++)
        {
            var measured = await MeasureAsync(host, fault, before).ConfigureAwait(false);
            if (!load.StoodStillBehind(before.From))
            {
                return measured;
            }

            progress.WriteLine($"{fault.Store} {fault.Fault}: the machine stood still; repeated");
            before = await BaselineAsync(host).ConfigureAwait(false);
        }

        throw new InvalidOperationException($"the machine stood still {RepetitionsMax} times during {fault.Store} {fault.Fault}");
    }

    private async Task<MeasuredOutage> MeasureAsync(HostProcess host, StoreFault fault, OutagePhase before)
    {
        var outage = await OutagePhase.WatchAsync(host, fault.Store, () =>
        {
            fault.Begin();
            return PhaseAsync();
        }).ConfigureAwait(false);
        var catchUp = await OutagePhase.WatchAsync(host, fault.Store, () =>
        {
            fault.End();
            return CaughtUpAsync(host);
        }).ConfigureAwait(false);
        return new MeasuredOutage(fault, before, outage, catchUp, await BaselineAsync(host).ConfigureAwait(false));
    }

    private Task<OutagePhase> BaselineAsync(HostProcess host) => OutagePhase.WatchAsync(host, null, PhaseAsync);

    private Task PhaseAsync() => Task.Delay(TimeSpan.FromSeconds(settings.Seconds));

    private Task WarmUpAsync() => Task.Delay(TimeSpan.FromSeconds(Math.Max(WarmUpSeconds, settings.Seconds)));

    private async Task CaughtUpAsync(HostProcess host)
    {
        foreach (var store in settings.Stores)
        {
            await ReplicatorHealth.CaughtUpAsync(host, store, CaughtUpMs, ConvergencePatience).ConfigureAwait(false);
        }
    }

    private OutageRow Row(
        (string Store, string Fault) name, List<MeasuredOutage> outages, IReadOnlyList<LoadSample> samples)
    {
        var around = outages.Select(outage => (OutagePhase[])[outage.Before, outage.After]).ToList();
        var p50 = new List<double>();
        var p99 = new List<double>();
        var catchUp = new List<double>();
        for (var i = 0; i < outages.Count; i++)
        {
            var baselines = around[i].Select(phase => OutagePhase.Summary(samples, phase)!).ToList();
            var outage = OutagePhase.Summary(samples, outages[i].Outage)!;
            p50.Add(outage.P50Us / baselines.Average(baseline => baseline.P50Us));
            p99.Add(outage.P99Us / baselines.Average(baseline => baseline.P99Us));
            if (OutagePhase.Summary(samples, outages[i].CatchUp) is { } caughtUp)
            {
                catchUp.Add(caughtUp.P99Us / baselines.Average(baseline => baseline.P99Us));
            }

            var memory = Math.Max(outages[i].Outage.ResidentBytes, outages[i].CatchUp.ResidentBytes);
            if (name.Store != "all" && memory > around[i].Max(phase => phase.ResidentBytes) + MemoryGrowthBytesMax)
            {
                _mismatches.Add($"{name.Store} {name.Fault}: {memory >> 20} MB resident, {around[i].Max(phase => phase.ResidentBytes) >> 20} MB without");
            }
        }

        var baselinePhases = around.SelectMany(phases => phases).Distinct().ToList();
        var refused = outages.SelectMany(outage => outage.Outage.Of(samples).Concat(outage.CatchUp.Of(samples))).Where(sample => sample.Refusal is not null).ToList();
        var baselineRefused = baselinePhases.SelectMany(phase => phase.Of(samples)).Count(sample => sample.Refusal is not null);
        if (name.Store != "all" && refused.Count > baselineRefused)
        {
            _mismatches.Add($"{name.Store} {name.Fault}: {refused.Count} orders without success, the first: {refused[0].Refusal}");
        }

        var pooled = OutagePhase.Summary(samples, outages.Select(outage => outage.Outage))!;
        var pooledBaseline = OutagePhase.Summary(samples, baselinePhases)!;
        return new OutageRow(
            name.Store, name.Fault, outages.Sum(outage => outage.Outage.Of(samples).Count()), refused.Count, baselineRefused,
            pooledBaseline.P50Us / 1e3, pooled.P50Us / 1e3, Median(p50), pooledBaseline.P99Us / 1e3, pooled.P99Us / 1e3, Median(p99), p99.Min(), p99.Max(),
            catchUp.Count == 0 ? 0 : Median(catchUp), outages.Max(outage => outage.Outage.LagSequences), outages.Max(outage => outage.Outage.LagMs) / 1e3,
            outages.Max(outage => outage.CatchUp.Seconds), baselinePhases.Max(phase => phase.ResidentBytes) >> 20,
            outages.Max(outage => Math.Max(outage.Outage.ResidentBytes, outage.CatchUp.ResidentBytes)) >> 20);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[values.Count / 2] + values[(values.Count - 1) / 2]) / 2;
    }
}
