using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Exchange.Infra.Stacks;

namespace Exchange.Infra.Settings;

/// <summary>What makes an environment's settings acceptable; every complaint says what to write instead.</summary>
internal static partial class SettingsRules
{
    private const int MinPrefixLength = 16;
    private const int MaxPrefixLength = 20;

    private static readonly IPNetwork[] PrivateBlocks = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16")];

    public static List<string> Check(EnvironmentSettings settings, string name)
    {
        var errors = new List<string>();
        Require(settings.Name == name, $"name is '{settings.Name}': write {name}, as the file is called");
        Require(EnvironmentName().IsMatch(settings.Name), $"name '{settings.Name}': write 2 to 12 lower-case letters, it becomes part of resource names");
        Require(AccountId().IsMatch(settings.Account), $"account '{settings.Account}': write the 12 digits of the AWS account");
        Require(RegionName().IsMatch(settings.Region), $"region '{settings.Region}': write for example eu-central-1");
        Require(
            settings.AvailabilityZones.Count == 3 && settings.AvailabilityZones.Distinct().Count() == 3
            && settings.AvailabilityZones.All(zone => zone.StartsWith(settings.Region, StringComparison.Ordinal) && zone.Length == settings.Region.Length + 1),
            $"availabilityZones [{string.Join(", ", settings.AvailabilityZones)}]: write three different zones of {settings.Region}, for example {settings.Region}a");
        Require(
            IPNetwork.TryParse(settings.VpcCidr, out var network) && network.PrefixLength is >= MinPrefixLength and <= MaxPrefixLength && IsPrivate(network),
            $"vpcCidr '{settings.VpcCidr}': write a private block from /{MinPrefixLength} to /{MaxPrefixLength}, for example 10.20.0.0/16");
        Between(settings.NatGateways, 1, 3, "natGateways", "gateways");
        Between(settings.BackupDays, 1, 35, "backupDays", "days");
        Between(settings.ArchiveLockDays, 0, 36_500, "archiveLockDays", "days (0 for none)");
        Require(Days.Known.Contains(settings.LogDays), $"logDays {settings.LogDays}: write one of {string.Join(", ", Days.Known)}");
        Require(settings.Name != "production" || settings.ProtectData, "protectData is false: production's data is always protected, write true");
        Require(settings.Name != "production" || settings.NatGateways == 3, $"natGateways {settings.NatGateways}: production needs 3, one gateway fails with its zone");
        CheckEngine(settings.Engine);
        CheckStores(settings);
        CheckEdge(settings.Edge, settings.Region);
        Between(settings.Budget.MonthlyUsd, 1, 10_000_000, "budget.monthlyUsd", "US dollars");
        Require(Email().IsMatch(settings.Budget.AlarmEmail), $"budget.alarmEmail '{settings.Budget.AlarmEmail}': write the address that alarms go to");
        return errors;

        void Require(bool isMet, string error)
        {
            if (!isMet)
            {
                errors.Add(error);
            }
        }

        void Between(double value, double min, double max, string option, string unit) =>
            Require(value >= min && value <= max, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: write {min} to {max} {unit}"));

        void CheckEngine(EngineSettings engine)
        {
            Require(InstanceType().IsMatch(engine.InstanceType), $"engine.instanceType '{engine.InstanceType}': write for example m7i.2xlarge");
            Between(engine.CoreCount, 2, 96, "engine.coreCount", "cores: engine, journal and publisher want one each, requests the rest");
            Between(engine.ThreadsPerCore, 1, 2, "engine.threadsPerCore", "threads");
            Require(engine.VolumeType is "io2" or "gp3", $"engine.volumeType '{engine.VolumeType}': write io2 or gp3");
            Between(engine.VolumeGib, 20, 16_384, "engine.volumeGib", "GiB");
            var isProvisioned = engine.VolumeType == "io2";
            Between(engine.VolumeIops, isProvisioned ? 1_000 : 3_000, isProvisioned ? 64_000 : 16_000, "engine.volumeIops", "operations per second");
            Require(
                engine.VolumeIops <= (isProvisioned ? 1_000 : 500) * engine.VolumeGib,
                $"engine.volumeIops {engine.VolumeIops}: a volume of {engine.VolumeGib} GiB has at most {(isProvisioned ? 1_000 : 500) * engine.VolumeGib}");
            Require(
                isProvisioned ? engine.VolumeMibPerSecond == 0 : engine.VolumeMibPerSecond is >= 125 and <= 1_000,
                $"engine.volumeMibPerSecond {engine.VolumeMibPerSecond}: write 125 to 1000 for gp3, 0 for io2 (it follows from the operations)");
        }

        void CheckStores(EnvironmentSettings all)
        {
            Between(all.Aurora.MinCapacity, 0.5, 256, "aurora.minCapacity", "capacity units");
            Between(all.Aurora.MaxCapacity, Math.Max(1, all.Aurora.MinCapacity), 256, "aurora.maxCapacity", "capacity units, not below minCapacity");
            Between(all.Aurora.Readers, 1, 15, "aurora.readers", "readers: queries go to them, and one of them takes over");
            Require(all.Redis.NodeType.StartsWith("cache.", StringComparison.Ordinal), $"redis.nodeType '{all.Redis.NodeType}': write for example cache.r7g.large");
            Between(all.Redis.Shards, 1, 90, "redis.shards", "shards");
            Between(all.Redis.ReplicasPerShard, 1, 5, "redis.replicasPerShard", "replicas: failover needs one");
            Require(all.Tier.NodeInstanceTypes.Count > 0 && all.Tier.NodeInstanceTypes.All(type => InstanceType().IsMatch(type)), "tier.nodeInstanceTypes: write at least one type, for example m7i.large");
            Between(all.Tier.MinNodes, 2, 100, "tier.minNodes", "nodes, so that a zone may fail");
            Between(all.Tier.MaxNodes, all.Tier.MinNodes, 450, "tier.maxNodes", "nodes, not below minNodes");
            Require(KubernetesVersion().IsMatch(all.Tier.KubernetesVersion), $"tier.kubernetesVersion '{all.Tier.KubernetesVersion}': write for example 1.33");
        }

        void CheckEdge(EdgeSettings edge, string region)
        {
            Require(DomainName().IsMatch(edge.DomainName), $"edge.domainName '{edge.DomainName}': write for example exchange.example.com");
            Require(HostedZone().IsMatch(edge.HostedZoneId), $"edge.hostedZoneId '{edge.HostedZoneId}': write the zone's id, it begins with Z");
            Require(
                edge.CertificateArn.StartsWith($"arn:aws:acm:{region}:", StringComparison.Ordinal),
                $"edge.certificateArn '{edge.CertificateArn}': write the ARN of a certificate in {region}");
            Require(
                edge.GlobalCertificateArn.StartsWith("arn:aws:acm:us-east-1:", StringComparison.Ordinal),
                $"edge.globalCertificateArn '{edge.GlobalCertificateArn}': write the ARN of a certificate in us-east-1, CloudFront takes none from elsewhere");
            Require(PrefixList().IsMatch(edge.CloudFrontPrefixListId), $"edge.cloudFrontPrefixListId '{edge.CloudFrontPrefixListId}': write the id of CloudFront's managed prefix list in {region}, it begins with pl-");
            Between(edge.PartnerRequestsPerSecond, 1, 10_000, "edge.partnerRequestsPerSecond", "requests per second");
            Between(edge.PartnerBurst, 1, 5_000, "edge.partnerBurst", "requests");
            Require(
                edge.RequestsPer5MinutesPerAddress is 0 or (>= 100 and <= 2_000_000_000),
                $"edge.requestsPer5MinutesPerAddress {edge.RequestsPer5MinutesPerAddress}: write 100 to 2000000000, or 0 to switch the rule off");
        }
    }

    private static bool IsPrivate(IPNetwork network) => PrivateBlocks.Any(block => block.Contains(network.BaseAddress));

    [GeneratedRegex("^[a-z]{2,12}$")]
    private static partial Regex EnvironmentName();

    [GeneratedRegex("^[0-9]{12}$")]
    private static partial Regex AccountId();

    [GeneratedRegex("^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    private static partial Regex RegionName();

    [GeneratedRegex("^[a-z0-9-]+\\.[a-z0-9-]+$")]
    private static partial Regex InstanceType();

    [GeneratedRegex("^1\\.[0-9]{2}$")]
    private static partial Regex KubernetesVersion();

    [GeneratedRegex("^([a-z0-9-]+\\.)+[a-z]{2,}$")]
    private static partial Regex DomainName();

    [GeneratedRegex("^Z[A-Z0-9]{5,31}$")]
    private static partial Regex HostedZone();

    [GeneratedRegex("^pl-[0-9a-f]{8,17}$")]
    private static partial Regex PrefixList();

    [GeneratedRegex("^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$")]
    private static partial Regex Email();
}
