namespace Exchange.Infra.Capacity;

/// <summary>
/// The way of an order through one engine host as a queueing simulation: requests arrive at random (Poisson), wait for one of the request
/// cores, pass the engine thread one after another, and are answered when the group that holds them is synced: the journal takes what
/// has come while the last sync ran, so waiting grows with the sync's latency and not with the load. Seeded: the same figures on every run.
/// </summary>
internal sealed class OrderPathSimulation(double ordersPerSecond, int requestCores)
{
    private const int Orders = 400_000;

    // A log-normal sync latency with the measured median and 99th percentile; 2.326 is the normal distribution's 99 % point.
    private static readonly double SyncSigma = Math.Log(CapacityInputs.SyncP99Us / CapacityInputs.SyncMedianUs) / 2.326;

    /// <summary>Returns the latency of an order inside the host, microseconds: median, 99th, 99.9th percentile.</summary>
    public (double P50, double P99, double P999) Run()
    {
        var random = new Random(20_261_126);
        var coreFreeAt = new double[requestCores];
        var arrived = new double[Orders];
        var matched = new double[Orders];
        double now = 0, engineFreeAt = 0;
        for (var order = 0; order < Orders; order++)
        {
            now += Exponential(random) * 1e6 / ordersPerSecond;
            arrived[order] = now;
            var core = Array.IndexOf(coreFreeAt, coreFreeAt.Min());
            coreFreeAt[core] = Math.Max(now, coreFreeAt[core]) + CapacityInputs.OrderCpuUs * Exponential(random);
            engineFreeAt = Math.Max(coreFreeAt[core], engineFreeAt) + CapacityInputs.EngineUs;
            matched[order] = engineFreeAt;
        }

        return Percentiles(Answer(arrived, matched, random));
    }

    /// <summary>Group commit: everything matched when the journal becomes free is written with one sync.</summary>
    private static double[] Answer(double[] arrived, double[] matched, Random random)
    {
        var latencies = new double[matched.Length];
        double journalFreeAt = 0;
        for (var first = 0; first < matched.Length;)
        {
            var begin = Math.Max(journalFreeAt, matched[first]);
            var end = first;
            while (end < matched.Length && matched[end] <= begin)
            {
                end++;
            }

            journalFreeAt = begin + CapacityInputs.SyncMedianUs * Math.Exp(SyncSigma * Normal(random));
            for (; first < end; first++)
            {
                latencies[first] = journalFreeAt - arrived[first];
            }
        }

        return latencies;
    }

    private static (double P50, double P99, double P999) Percentiles(double[] latencies)
    {
        Array.Sort(latencies);
        return (At(0.5), At(0.99), At(0.999));

        double At(double share) => latencies[(int)(share * (latencies.Length - 1))];
    }

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
