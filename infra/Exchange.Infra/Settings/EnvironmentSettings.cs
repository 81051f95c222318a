using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exchange.Infra.Settings;

/// <summary>
/// One environment of the exchange on AWS: everything that differs between sandbox, staging and production. Read from
/// <c>infra/environments/NAME.json</c>; a misspelt or missing name, or a value out of range, stops the synthesis with what to write instead.
/// </summary>
public sealed record EnvironmentSettings
{
    /// <summary>Lower-case name; part of every resource's name.</summary>
    public required string Name { get; init; }

    /// <summary>Twelve digits.</summary>
    public required string Account { get; init; }

    public required string Region { get; init; }

    /// <summary>Three zones of the region: what spreads over zones spreads over these.</summary>
    public required IReadOnlyList<string> AvailabilityZones { get; init; }

    /// <summary>Private address block, /16 to /20: nine subnets must fit.</summary>
    public required string VpcCidr { get; init; }

    /// <summary>NAT gateways, 1 to 3: one is cheap and fails with its zone, three do not.</summary>
    public required int NatGateways { get; init; }

    /// <summary>Data outlives mistakes: deletion protection, retained stores, final snapshots. Off only where data is worthless.</summary>
    public required bool ProtectData { get; init; }

    /// <summary>Days that Aurora keeps its backups, 1 to 35.</summary>
    public required int BackupDays { get; init; }

    /// <summary>Days that an archived journal segment cannot be deleted by anyone (S3 object lock, compliance mode); 0 for none.</summary>
    public required int ArchiveLockDays { get; init; }

    /// <summary>Days that logs are kept: one of CloudWatch's values, such as 30, 90, 365, 3653.</summary>
    public required int LogDays { get; init; }

    public required EngineSettings Engine { get; init; }

    public required AuroraSettings Aurora { get; init; }

    public required RedisSettings Redis { get; init; }

    public required TierSettings Tier { get; init; }

    public required EdgeSettings Edge { get; init; }

    public required BudgetSettings Budget { get; init; }

    /// <summary>Reads and checks the settings of an environment.</summary>
    /// <param name="folder">Folder of the settings files.</param>
    /// <param name="name">File name without its ending.</param>
    /// <exception cref="SettingsException">The environment is unknown or a value is wrong; the message says what to write.</exception>
    public static EnvironmentSettings Read(string folder, string name)
    {
        var known = Directory.GetFiles(folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal).ToList();
        if (!known.Contains(name))
        {
            throw new SettingsException($"environment '{name}' is unknown: write one of {string.Join(", ", known)}, or add {name}.json beside them");
        }

        return Parse(File.ReadAllText(Path.Combine(folder, name + ".json")), name);
    }

    /// <summary>Parses and checks the text of a settings file.</summary>
    /// <exception cref="SettingsException">A value is missing or wrong; the message says what to write.</exception>
    public static EnvironmentSettings Parse(string json, string name)
    {
        EnvironmentSettings settings;
        try
        {
            settings = JsonSerializer.Deserialize(json, SettingsJson.Default.EnvironmentSettings) ?? throw new SettingsException($"{name}.json is empty");
        }
        catch (JsonException malformed)
        {
            throw new SettingsException($"{name}.json: {malformed.Message}");
        }

        var errors = SettingsRules.Check(settings, name);
        return errors.Count == 0 ? settings : throw new SettingsException($"{name}.json:\n  " + string.Join("\n  ", errors));
    }
}

/// <summary>The matching engine's hosts: one leader and one standby.</summary>
/// <param name="InstanceType">Few fast cores, network and EBS bandwidth that do not burst; see infra/README.md.</param>
/// <param name="CoreCount">Physical cores to enable.</param>
/// <param name="ThreadsPerCore">1 gives the engine thread a core that nobody shares; 2 where that costs too much.</param>
/// <param name="VolumeType"><c>io2</c> (consistent sync latency) or <c>gp3</c>.</param>
/// <param name="VolumeGib">Journal and snapshots, GiB.</param>
/// <param name="VolumeIops">Provisioned operations per second: each journal sync is one or two.</param>
/// <param name="VolumeMibPerSecond">Provisioned throughput, MiB/s; gp3 only, 0 for io2.</param>
public sealed record EngineSettings(
    string InstanceType, int CoreCount, int ThreadsPerCore, string VolumeType, int VolumeGib, int VolumeIops, int VolumeMibPerSecond);

/// <summary>Aurora PostgreSQL, serverless capacity.</summary>
/// <param name="MinCapacity">Aurora capacity units when idle, at least 0.5.</param>
/// <param name="MaxCapacity">Units under load, at most 256.</param>
/// <param name="Readers">Readers in other zones than the writer, 1 to 15.</param>
public sealed record AuroraSettings(double MinCapacity, double MaxCapacity, int Readers);

/// <summary>ElastiCache for Redis.</summary>
/// <param name="NodeType">Node type, for example <c>cache.r7g.large</c>.</param>
/// <param name="Shards">Node groups, 1 to 90.</param>
/// <param name="ReplicasPerShard">Replicas in other zones, 1 to 5: failover needs one.</param>
public sealed record RedisSettings(string NodeType, int Shards, int ReplicasPerShard);

/// <summary>The stateless tier on EKS.</summary>
/// <param name="NodeInstanceTypes">Interchangeable instance types of the node group.</param>
/// <param name="MinNodes">At least 2, in different zones.</param>
/// <param name="MaxNodes">Where scaling stops, and with it the bill.</param>
/// <param name="KubernetesVersion">Minor version of the control plane.</param>
public sealed record TierSettings(IReadOnlyList<string> NodeInstanceTypes, int MinNodes, int MaxNodes, string KubernetesVersion);

/// <summary>Names, certificates and limits of the public side.</summary>
/// <param name="DomainName">Public name of the exchange.</param>
/// <param name="HostedZoneId">Route 53 zone that holds the name.</param>
/// <param name="CertificateArn">Certificate of the region, for <c>origin.NAME</c> and <c>partner.NAME</c>.</param>
/// <param name="GlobalCertificateArn">Certificate of us-east-1 for the name itself: CloudFront takes none from elsewhere.</param>
/// <param name="CloudFrontPrefixListId">
/// The region's managed prefix list of CloudFront: <c>aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing</c>.
/// </param>
/// <param name="PartnerRequestsPerSecond">Steady rate of the partner API (API Gateway), all callers together.</param>
/// <param name="PartnerBurst">Requests above the rate that are still taken at once.</param>
/// <param name="RequestsPer5MinutesPerAddress">Requests of one address in five minutes that the firewall lets through; 0 switches the rule off.</param>
public sealed record EdgeSettings(
    string DomainName,
    string HostedZoneId,
    string CertificateArn,
    string GlobalCertificateArn,
    string CloudFrontPrefixListId,
    int PartnerRequestsPerSecond,
    int PartnerBurst,
    int RequestsPer5MinutesPerAddress);

/// <summary>Who pays and who is woken.</summary>
/// <param name="MonthlyUsd">Expected bill of a month, US dollars; told at 80 % and forecast 100 %.</param>
/// <param name="AlarmEmail">Address that alarms and budget notices go to.</param>
public sealed record BudgetSettings(int MonthlyUsd, string AlarmEmail);

/// <summary>An environment's settings are wrong; the message says what to write instead.</summary>
public sealed class SettingsException(string message) : Exception(message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnvironmentSettings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
