using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.Route53;
using Amazon.CDK.AWS.Route53.Targets;
using Amazon.CDK.AWS.S3;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// The load balancer: TLS, the target group that finds the leader by its readiness, one more per colour, and a listener for the partner API.
/// Requests pass it byte for byte: nothing here rewrites a path or a query, which are signed.
/// Why no weights between blue and green: a weighted rule sends its share to a group without a healthy host too, and a redeployed template
/// would turn back what a handover had moved.
/// </summary>
internal sealed class EdgeStack : EnvironmentStack
{
    /// <summary>Header by which a request shows that it came through CloudFront.</summary>
    public const string OriginHeader = "X-Exchange-Origin";

    /// <summary>Header that asks for the host of one colour.</summary>
    public const string ColourHeader = "X-Exchange-Colour";

    /// <summary>Longest silence of a connection: WebSocket clients are pinged every 20 s.</summary>
    private const int IdleSeconds = 120;

    private const string TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

    public EdgeStack(Construct scope, EnvironmentSettings settings, NetworkStack network, DataStack data, EngineStack engine, TierStack tier)
        : base(scope, "edge", settings, "Load balancer and partner API of the exchange")
    {
        Balancer = NewBalancer(network);
        var certificate = ListenerCertificate.FromArn(settings.Edge.CertificateArn);
        var trading = Balancer.AddListener("Trading", new BaseApplicationListenerProps
        {
            Port = 443,
            Protocol = ApplicationProtocol.HTTPS,
            Certificates = [certificate],
            SslPolicy = SslPolicy.TLS13_RES,
            Open = false,

            // Who does not come through CloudFront has passed no firewall.
            DefaultAction = ListenerAction.FixedResponse(403, new FixedResponseOptions { ContentType = "text/plain", MessageBody = "use the public address" }),
        });
        ((CfnListener)trading.Node.DefaultChild!).SslPolicy = TlsPolicy;
        var isCloudFront = ListenerCondition.HttpHeader(OriginHeader, [data.OriginSecret.SecretValue.UnsafeUnwrap()]);
        trading.AddAction("Leader", new AddApplicationActionProps
        {
            Priority = 20,
            Conditions = [isCloudFront],
            Action = ListenerAction.Forward([engine.Leader]),
        });

        // One host whether it is ready or not: how a release is looked at before it leads.
        foreach (var (index, colour) in EngineStack.Colours.Index())
        {
            trading.AddAction($"Colour-{colour}", new AddApplicationActionProps
            {
                Priority = 10 + index,
                Conditions = [isCloudFront, ListenerCondition.HttpHeader(ColourHeader, [colour])],
                Action = ListenerAction.Forward([engine.Targets[colour]]),
            });
        }

        Partner = Balancer.AddListener("Partner", new BaseApplicationListenerProps
        {
            Port = EdgePorts.Partner,
            Protocol = ApplicationProtocol.HTTPS,
            Certificates = [certificate],
            SslPolicy = SslPolicy.TLS13_RES,
            Open = false,
            DefaultAction = ListenerAction.Forward([engine.Leader]),
        });
        ((CfnListener)Partner.Node.DefaultChild!).SslPolicy = TlsPolicy;

        Zone = HostedZone.FromHostedZoneAttributes(this, "Zone", new HostedZoneAttributes { HostedZoneId = settings.Edge.HostedZoneId, ZoneName = settings.Edge.DomainName });
        _ = new ARecord(this, "Origin", new ARecordProps
        {
            Zone = Zone,
            RecordName = OriginName(settings),
            Target = RecordTarget.FromAlias(new LoadBalancerTarget(Balancer)),
        });
        PartnerApi = new PartnerApi(this, "PartnerApi", settings, network, Partner);
        _ = new CfnRecordSet(this, "PartnerName", new CfnRecordSetProps
        {
            HostedZoneId = settings.Edge.HostedZoneId,
            Name = PartnerApi.Name(settings),
            Type = "A",
            AliasTarget = new CfnRecordSet.AliasTargetProperty { DnsName = PartnerApi.Domain.AttrRegionalDomainName, HostedZoneId = PartnerApi.Domain.AttrRegionalHostedZoneId },
        });
    }

    public ApplicationLoadBalancer Balancer { get; }

    public ApplicationListener Partner { get; }

    public PartnerApi PartnerApi { get; }

    public IHostedZone Zone { get; }

    /// <summary>Name that CloudFront calls the load balancer by.</summary>
    public static string OriginName(EnvironmentSettings settings) => $"origin.{settings.Edge.DomainName}";

    private ApplicationLoadBalancer NewBalancer(NetworkStack network)
    {
        var balancer = new ApplicationLoadBalancer(this, "Balancer", new ApplicationLoadBalancerProps
        {
            LoadBalancerName = Prefix,
            Vpc = network.Vpc,
            VpcSubnets = new SubnetSelection { SubnetType = SubnetType.PUBLIC },
            InternetFacing = true,
            SecurityGroup = network.Balancer,
            IdleTimeout = Duration.Seconds(IdleSeconds),
            DropInvalidHeaderFields = true,
            DesyncMitigationMode = DesyncMitigationMode.STRICTEST,
            DeletionProtection = Settings.ProtectData,
            Http2Enabled = true,
        });

        // Access logs take the storage's own encryption only.
        var logs = new Bucket(this, "AccessLogs", new BucketProps
        {
            BucketName = $"{Prefix}-balancer-logs-{Settings.Account}",
            Encryption = BucketEncryption.S3_MANAGED,
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            EnforceSSL = true,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            LifecycleRules = [new Amazon.CDK.AWS.S3.LifecycleRule { Id = "expire", Expiration = Duration.Days(Settings.LogDays) }],
            RemovalPolicy = DataRemoval,
        });
        balancer.LogAccessLogs(logs);
        return balancer;
    }
}
