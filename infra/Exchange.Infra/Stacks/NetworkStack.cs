using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// Three zones, three kinds of subnet: public (load balancer, NAT), private (engine, tier), isolated (stores: no route out).
/// All security groups and what they may reach of each other stand here, in one place to read.
/// </summary>
internal sealed class NetworkStack : EnvironmentStack
{
    private const int PostgresPort = 5432;
    private const int RedisPort = 6379;

    public NetworkStack(Construct scope, EnvironmentSettings settings)
        : base(scope, "network", settings, "Network of the exchange: zones, subnets, firewalls, private ways to AWS services")
    {
        Vpc = new Vpc(this, "Vpc", new VpcProps
        {
            IpAddresses = IpAddresses.Cidr(settings.VpcCidr),
            AvailabilityZones = [.. settings.AvailabilityZones],
            NatGateways = settings.NatGateways,
            RestrictDefaultSecurityGroup = false,
            SubnetConfiguration =
            [
                new SubnetConfiguration { Name = "public", SubnetType = SubnetType.PUBLIC, CidrMask = SubnetMask(4), MapPublicIpOnLaunch = false },
                new SubnetConfiguration { Name = "private", SubnetType = SubnetType.PRIVATE_WITH_EGRESS, CidrMask = SubnetMask(2) },
                new SubnetConfiguration { Name = "isolated", SubnetType = SubnetType.PRIVATE_ISOLATED, CidrMask = SubnetMask(4) },
            ],
        });
        Vpc.AddFlowLog("FlowLog", new FlowLogOptions
        {
            TrafficType = FlowLogTrafficType.REJECT,
            Destination = FlowLogDestination.ToCloudWatchLogs(new LogGroup(this, "FlowLogs", new LogGroupProps
            {
                LogGroupName = $"/{Prefix}/network/rejected",
                Retention = Days.Retention(settings.LogDays),
                RemovalPolicy = RemovalPolicy.DESTROY,
            })),
        });

        Balancer = Group("Balancer", "Load balancer");
        VpcLink = Group("VpcLink", "Way in of the partner API");
        Engine = Group("Engine", "Matching engine hosts");
        Tier = Group("Tier", "Stateless tier");
        Aurora = Group("Aurora", "Aurora PostgreSQL");
        Redis = Group("Redis", "ElastiCache for Redis");
        Endpoints = Group("Endpoints", "Private ways to AWS services");
        AllowTraffic(settings);
        AddEndpoints(settings);
    }

    public Vpc Vpc { get; }

    public SecurityGroup Balancer { get; }

    public SecurityGroup VpcLink { get; }

    public SecurityGroup Engine { get; }

    public SecurityGroup Tier { get; }

    public SecurityGroup Aurora { get; }

    public SecurityGroup Redis { get; }

    public SecurityGroup Endpoints { get; }

    /// <summary>Returns the prefix length of a subnet that takes 1/<paramref name="share"/> of a zone's quarter of the block.</summary>
    private double SubnetMask(int share) =>
        int.Parse(Settings.VpcCidr.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture) + 2 + (int)Math.Log2(share);

    private SecurityGroup Group(string id, string description) => new(this, id, new SecurityGroupProps
    {
        Vpc = Vpc,
        Description = description,
        AllowAllOutbound = false,
    });

    private void AllowTraffic(EnvironmentSettings settings)
    {
        Balancer.AddIngressRule(Peer.PrefixList(settings.Edge.CloudFrontPrefixListId), Port.Tcp(443), "CloudFront, and nobody else from outside");
        Balancer.AddIngressRule(VpcLink, Port.Tcp(EdgePorts.Partner), "partner API");
        VpcLink.AddEgressRule(Balancer, Port.Tcp(EdgePorts.Partner), "to the partner listener");
        Balancer.AddEgressRule(Engine, Port.Tcp(HostContract.TradingPort), "to the leader, and health checks");
        Balancer.AddEgressRule(Tier, Port.Tcp(HostContract.TradingPort), "to the stateless tier");
        Engine.AddIngressRule(Balancer, Port.Tcp(HostContract.TradingPort), "requests and health checks");
        Engine.AddIngressRule(Tier, Port.Tcp(HostContract.TradingPort), "orders forwarded by the tier");
        Engine.AddIngressRule(Engine, Port.Tcp(HostContract.TradingPort), "requests forwarded between leader and standby at a handover");
        Engine.AddEgressRule(Engine, Port.Tcp(HostContract.TradingPort), "requests forwarded at a handover");
        Tier.AddIngressRule(Balancer, Port.Tcp(HostContract.TradingPort), "requests and health checks");
        Tier.AddIngressRule(Tier, Port.AllTraffic(), "between pods and nodes");
        Tier.AddEgressRule(Tier, Port.AllTraffic(), "between pods and nodes");
        Tier.AddEgressRule(Engine, Port.Tcp(HostContract.TradingPort), "orders forwarded to the leader");
        foreach (var client in new[] { Engine, Tier })
        {
            Aurora.AddIngressRule(client, Port.Tcp(PostgresPort), "SQL");
            client.AddEgressRule(Aurora, Port.Tcp(PostgresPort), "SQL");
            Redis.AddIngressRule(client, Port.Tcp(RedisPort), "market data");
            client.AddEgressRule(Redis, Port.Tcp(RedisPort), "market data");

            // AWS services without a private way, package repositories, and S3 and DynamoDB through their gateways: all on 443.
            client.AddEgressRule(Peer.AnyIpv4(), Port.Tcp(443), "AWS services and package repositories");
            Endpoints.AddIngressRule(client, Port.Tcp(443), "AWS services");
        }
    }

    private void AddEndpoints(EnvironmentSettings settings)
    {
        Vpc.AddGatewayEndpoint("S3", new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.S3 });
        Vpc.AddGatewayEndpoint("DynamoDb", new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.DYNAMODB });

        // Each costs about 22 USD a month over three zones: where one NAT gateway is enough, so is the way over it.
        if (settings.NatGateways < 3)
        {
            return;
        }

        foreach (var (id, service) in new[]
        {
            ("Sqs", InterfaceVpcEndpointAwsService.SQS),
            ("Kinesis", InterfaceVpcEndpointAwsService.KINESIS_STREAMS),
            ("SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER),
            ("Kms", InterfaceVpcEndpointAwsService.KMS),
            ("Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS),
            ("Metrics", InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING),
            ("Ssm", InterfaceVpcEndpointAwsService.SSM),
            ("SsmMessages", InterfaceVpcEndpointAwsService.SSM_MESSAGES),
            ("EcrApi", InterfaceVpcEndpointAwsService.ECR),
            ("EcrDocker", InterfaceVpcEndpointAwsService.ECR_DOCKER),
        })
        {
            Vpc.AddInterfaceEndpoint(id, new InterfaceVpcEndpointOptions
            {
                Service = service,
                SecurityGroups = [Endpoints],
                Subnets = new SubnetSelection { SubnetType = SubnetType.PRIVATE_ISOLATED },
                Open = false,
            });
        }
    }
}

/// <summary>Listeners of the load balancer.</summary>
internal static class EdgePorts
{
    /// <summary>For the partner API alone; reached from its VPC link, not from outside.</summary>
    public const int Partner = 8443;
}
