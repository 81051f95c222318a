using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>Alarms on what the host itself tells (Exchange.Host/Telemetry) and on what the collector reads of the machine.</summary>
internal static class HostAlarms
{
    public static IEnumerable<AlarmSpec> All(EnvironmentSettings settings)
    {
        // The collector adds the environment; it makes no difference between hosts, of which one leads.
        var environment = new Dictionary<string, string> { ["environment"] = settings.Name };
        yield return new(
            "data-volume-full", "The journal's volume is more than 80 % full",
            Series.Of(HostPolicies.MetricsNamespace, "system.filesystem.utilization", "Maximum", new Dictionary<string, string>(environment) { ["mountpoint"] = HostContract.DataFolder }),
            0.8);
    }
}
