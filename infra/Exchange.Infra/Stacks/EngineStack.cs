using Amazon.CDK;
using Amazon.CDK.AWS.AutoScaling;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.SSM;
using Constructs;
using Exchange.Infra.Settings;
using BlockDevice = Amazon.CDK.AWS.EC2.BlockDevice;
using BlockDeviceVolume = Amazon.CDK.AWS.EC2.BlockDeviceVolume;
using EbsDeviceOptions = Amazon.CDK.AWS.EC2.EbsDeviceOptions;
using EbsDeviceVolumeType = Amazon.CDK.AWS.EC2.EbsDeviceVolumeType;
using HealthCheck = Amazon.CDK.AWS.ElasticLoadBalancingV2.HealthCheck;

namespace Exchange.Infra.Stacks;

/// <summary>
/// The engine's hosts: blue and green, one instance each, in different zones, alike in all but the colour. One of them leads; which one
/// stands in a parameter that the hosts ask before they start (infra/deploy/may-lead), so that two never do.
/// Why a group of one per colour: a lost host is replaced by one of its colour, and a release goes to one colour at a time.
/// </summary>
internal sealed class EngineStack : EnvironmentStack
{
    /// <summary>As the launch template names it; infra/deploy/bootstrap.sh looks for it.</summary>
    public const string DataDevice = "/dev/sdf";

    public static readonly string[] Colours = ["blue", "green"];

    public EngineStack(Construct scope, EnvironmentSettings settings, NetworkStack network, DataStack data)
        : base(scope, "engine", settings, "Matching engine on EC2: leader and standby, data volumes, target groups")
    {
        Bundles = new Bucket(this, "Bundles", new BucketProps
        {
            BucketName = $"{Prefix}-bundles-{settings.Account}",
            Encryption = BucketEncryption.KMS,
            EncryptionKey = data.Key,
            BucketKeyEnabled = true,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            EnforceSSL = true,
            MinimumTLSVersion = 1.2,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            Versioned = true,
            RemovalPolicy = DataRemoval,
        });
        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/{Prefix}/host",
            Retention = Days.Retention(settings.LogDays),
            RemovalPolicy = DataRemoval,
        });
        Metrics = new LogGroup(this, "Metrics", new LogGroupProps
        {
            LogGroupName = $"/{Prefix}/metrics",
            Retention = RetentionDays.ONE_MONTH,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        Role = NewRole(data);
        _ = new StringParameter(this, "Leader", new StringParameterProps
        {
            ParameterName = $"/exchange/{settings.Name}/engine/leader",
            StringValue = Colours[0],
            AllowedPattern = "^(blue|green|none)$",
            Description = "Colour of the host that may lead; changed by the runbooks alone",
        });
        _ = new StringParameter(this, "Genesis", new StringParameterProps
        {
            ParameterName = $"/exchange/{settings.Name}/engine/genesis",
            StringValue = "forbidden",
            AllowedPattern = "^(allowed|forbidden)$",
            Description = "Whether a leader without a journal may begin a new venue: allowed for the first installation only",
        });
        foreach (var colour in Colours)
        {
            AddHost(colour, network, data);
        }

        Leader = NewTarget("leader", network, [.. Groups.Values]);
    }

    public Bucket Bundles { get; }

    public LogGroup Logs { get; }

    /// <summary>Metrics as the collector writes them; CloudWatch makes its series from it and keeps them longer.</summary>
    public LogGroup Metrics { get; }

    public Role Role { get; }

    public Dictionary<string, AutoScalingGroup> Groups { get; } = [];

    /// <summary>One target group per colour, for probes.</summary>
    public Dictionary<string, ApplicationTargetGroup> Targets { get; } = [];

    /// <summary>Both hosts; only the leader is ready, so only the leader gets requests, and a handover changes nothing here.</summary>
    public ApplicationTargetGroup Leader { get; }

    private void AddHost(string colour, NetworkStack network, DataStack data)
    {
        // Blue starts in the first zone, green in the second; each moves to the third when its own fails.
        var first = Array.IndexOf(Colours, colour);
        var subnets = new[] { network.Vpc.PrivateSubnets[first], network.Vpc.PrivateSubnets[2] };
        var group = new AutoScalingGroup(this, $"Host-{colour}", new AutoScalingGroupProps
        {
            AutoScalingGroupName = $"{Prefix}-engine-{colour}",
            Vpc = network.Vpc,
            VpcSubnets = new SubnetSelection { Subnets = subnets },
            LaunchTemplate = NewLaunchTemplate(colour, network, data),
            MinCapacity = 1,
            MaxCapacity = 1,

            // Why not the load balancer's health: a leader that recovers is not ready, and must not be replaced for it.
            HealthCheck = Amazon.CDK.AWS.AutoScaling.HealthCheck.Ec2(),
            NewInstancesProtectedFromScaleIn = Settings.ProtectData,
        });
        Amazon.CDK.Tags.Of(group).Add("exchange:colour", colour);
        Groups[colour] = group;
        Targets[colour] = NewTarget(colour, network, [group]);
    }

    private ApplicationTargetGroup NewTarget(string name, NetworkStack network, IApplicationLoadBalancerTarget[] hosts) =>
        new(this, $"Target-{name}", new ApplicationTargetGroupProps
        {
            TargetGroupName = $"{Prefix}-{name}",
            Vpc = network.Vpc,
            Port = HostContract.TradingPort,
            Protocol = ApplicationProtocol.HTTP,
            Targets = hosts,
            DeregistrationDelay = Duration.Seconds(2 * HostContract.ShutdownSeconds),
            HealthCheck = new HealthCheck
            {
                Path = HostContract.ReadyPath,
                Interval = Duration.Seconds(5),
                Timeout = Duration.Seconds(2),
                HealthyThresholdCount = 2,
                UnhealthyThresholdCount = 2,
                HealthyHttpCodes = "200",
            },
        });

    private LaunchTemplate NewLaunchTemplate(string colour, NetworkStack network, DataStack data)
    {
        var engine = Settings.Engine;
        var userData = UserData.ForLinux();
        userData.AddCommands(
            $"export EXCHANGE_ENVIRONMENT={Settings.Name}",
            $"export EXCHANGE_COLOUR={colour}",
            $"export EXCHANGE_REGION={Settings.Region}",
            $"export EXCHANGE_BUNDLE_BUCKET={Bundles.BucketName}",
            $"export EXCHANGE_ARCHIVE_BUCKET={data.Archive.BucketName}",
            $"export EXCHANGE_SECRETS_KEY_ID={data.EncryptionKeys.SecretName}",
            $"export EXCHANGE_OPERATOR_TOKEN_ID={data.OperatorToken.SecretName}",
            $"export EXCHANGE_TRUSTED_PROXIES={Settings.VpcCidr}",
            $"export EXCHANGE_AURORA_SECRET_ID={data.Aurora.Secret!.SecretName}",
            $"export EXCHANGE_REDIS_TOKEN_ID={data.RedisToken.SecretName}",
            $"export EXCHANGE_REDIS_ADDRESS={data.Redis.AttrConfigurationEndPointAddress}:{data.Redis.AttrConfigurationEndPointPort}",
            $"export EXCHANGE_TABLE_PREFIX={Prefix}",
            $"export EXCHANGE_EVENTS_QUEUE={data.Events.QueueName}",
            $"export EXCHANGE_AUDIT_STREAM={data.Stream.StreamName}",
            "cat > /var/tmp/bootstrap.sh <<'BOOTSTRAP'",
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", "bootstrap.sh")).TrimEnd(),
            "BOOTSTRAP",
            "bash /var/tmp/bootstrap.sh 2>&1 | tee /var/log/exchange-bootstrap.log");
        var template = new LaunchTemplate(this, $"Template-{colour}", new LaunchTemplateProps
        {
            LaunchTemplateName = $"{Prefix}-engine-{colour}",
            InstanceType = new Amazon.CDK.AWS.EC2.InstanceType(engine.InstanceType),
            MachineImage = MachineImage.LatestAmazonLinux2023(),
            Role = Role,
            SecurityGroup = network.Engine,
            UserData = userData,
            RequireImdsv2 = true,
            HttpPutResponseHopLimit = 1,
            HttpTokens = LaunchTemplateHttpTokens.REQUIRED,
            InstanceMetadataTags = true,
            DetailedMonitoring = true,
            EbsOptimized = true,
            DisableApiTermination = Settings.ProtectData,
            BlockDevices =
            [
                new BlockDevice
                {
                    DeviceName = "/dev/xvda",
                    Volume = BlockDeviceVolume.Ebs(20, new EbsDeviceOptions { VolumeType = EbsDeviceVolumeType.GP3, Encrypted = true, KmsKey = data.Key, DeleteOnTermination = true }),
                },
                new BlockDevice
                {
                    DeviceName = DataDevice,

                    // The journal outlives its host: a replaced host's volume stays, for the restore runbook.
                    Volume = BlockDeviceVolume.Ebs(engine.VolumeGib, new EbsDeviceOptions
                    {
                        VolumeType = engine.VolumeType == "io2" ? EbsDeviceVolumeType.IO2 : EbsDeviceVolumeType.GP3,
                        Iops = engine.VolumeIops,
                        Encrypted = true,
                        KmsKey = data.Key,
                        DeleteOnTermination = false,
                    }),
                },
            ],
        });
        var raw = (CfnLaunchTemplate)template.Node.DefaultChild!;
        raw.AddPropertyOverride("LaunchTemplateData.CpuOptions", new Dictionary<string, object>
        {
            ["CoreCount"] = engine.CoreCount,
            ["ThreadsPerCore"] = engine.ThreadsPerCore,
        });
        if (engine.VolumeMibPerSecond > 0)
        {
            raw.AddPropertyOverride("LaunchTemplateData.BlockDeviceMappings.1.Ebs.Throughput", engine.VolumeMibPerSecond);
        }

        return template;
    }

    /// <summary>What a host may do: its own data, its own secrets, its own metrics and logs.</summary>
    private Role NewRole(DataStack data)
    {
        var role = new Role(this, "Role", new RoleProps
        {
            RoleName = $"{Prefix}-engine-host",
            AssumedBy = new ServicePrincipal("ec2.amazonaws.com"),
            ManagedPolicies = [ManagedPolicy.FromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")],
        });
        foreach (var statement in new HostPolicies(data).Stores().Concat(HostPolicies.Telemetry(Logs.LogGroupArn, Metrics.LogGroupArn)))
        {
            role.AddToPolicy(statement);
        }

        // What `rebuild dynamodb` and `verify dynamodb` take, which run on a host.
        role.AddToPolicy(HostPolicies.Allow("WholeTables", ["dynamodb:Scan"], [data.Orders.TableArn, data.Books.TableArn]));
        role.AddToPolicy(HostPolicies.Allow("Archive", ["s3:PutObject", "s3:GetObject"], [$"{data.Archive.BucketArn}/*"]));
        role.AddToPolicy(HostPolicies.Allow("ArchiveList", ["s3:ListBucket", "s3:GetBucketLocation"], [data.Archive.BucketArn, Bundles.BucketArn]));
        role.AddToPolicy(HostPolicies.Allow(
            "Bundles", ["s3:GetObject", "s3:GetObjectVersion"],
            [$"{Bundles.BucketArn}/*", $"arn:aws:s3:::aws-codedeploy-{Settings.Region}/*"]));
        role.AddToPolicy(HostPolicies.Allow(
            "Leadership", ["ssm:GetParameter"], [$"arn:aws:ssm:{Settings.Region}:{Settings.Account}:parameter/exchange/{Settings.Name}/engine/*"]));
        return role;
    }
}
