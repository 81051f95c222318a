using Amazon.CDK;
using Amazon.CDK.AWS.CertificateManager;
using Amazon.CDK.AWS.CloudFront;
using Amazon.CDK.AWS.CloudFront.Origins;
using Amazon.CDK.AWS.Route53;
using Amazon.CDK.AWS.Route53.Targets;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.WAFv2;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// CloudFront and its firewall, in us-east-1, where both must be. Fingerprinted assets come from a bucket and stay in the caches; everything
/// else goes to the load balancer untouched: no caching, every header, cookie and query byte as sent, WebSockets included.
/// </summary>
internal sealed class GlobalEdgeStack : EnvironmentStack
{
    /// <summary>The only region that CloudFront takes certificates and firewalls from.</summary>
    public const string GlobalRegion = "us-east-1";

    /// <summary>Under it every file name holds the hash of its content.</summary>
    public const string AssetPaths = "/assets/*";

    public GlobalEdgeStack(Construct scope, EnvironmentSettings settings)
        : base(scope, "global-edge", settings, "CloudFront, firewall and static assets of the exchange", GlobalRegion)
    {
        Firewall = NewFirewall();
        var assets = new Bucket(this, "Assets", BucketProps("assets"));
        var logs = new Bucket(this, "Logs", LogBucketProps());
        var origin = new HttpOrigin(EdgeStack.OriginName(settings), new HttpOriginProps
        {
            ProtocolPolicy = OriginProtocolPolicy.HTTPS_ONLY,
            OriginSslProtocols = [OriginSslPolicy.TLS_V1_2],
            ReadTimeout = Duration.Seconds(30),
            KeepaliveTimeout = Duration.Seconds(60),
            CustomHeaders = new Dictionary<string, string>
            {
                // The replica of the origin secret in this region.
                [EdgeStack.OriginHeader] = $"{{{{resolve:secretsmanager:exchange-{settings.Name}/origin-secret:SecretString}}}}",
            },
        });
        Distribution = new Distribution(this, "Distribution", new DistributionProps
        {
            Comment = $"Exchange, {settings.Name}",
            DomainNames = [settings.Edge.DomainName],
            Certificate = Certificate.FromCertificateArn(this, "Certificate", settings.Edge.GlobalCertificateArn),
            MinimumProtocolVersion = SecurityPolicyProtocol.TLS_V1_2_2021,
            HttpVersion = HttpVersion.HTTP2_AND_3,
            PriceClass = PriceClass.PRICE_CLASS_ALL,
            WebAclId = Firewall.AttrArn,
            EnableLogging = true,
            LogBucket = logs,
            LogFilePrefix = "cloudfront/",
            DefaultBehavior = new BehaviorOptions
            {
                Origin = origin,
                ViewerProtocolPolicy = ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                AllowedMethods = AllowedMethods.ALLOW_ALL,
                CachePolicy = CachePolicy.CACHING_DISABLED,
                OriginRequestPolicy = OriginRequestPolicy.ALL_VIEWER,
                Compress = false,
            },
            AdditionalBehaviors = new Dictionary<string, IBehaviorOptions>
            {
                [HostContract.TradingPaths] = new BehaviorOptions
                {
                    Origin = origin,

                    // A redirect would lose the body of an order: plain HTTP is refused.
                    ViewerProtocolPolicy = ViewerProtocolPolicy.HTTPS_ONLY,
                    AllowedMethods = AllowedMethods.ALLOW_ALL,
                    CachePolicy = CachePolicy.CACHING_DISABLED,
                    OriginRequestPolicy = OriginRequestPolicy.ALL_VIEWER,
                    Compress = false,
                },
                [AssetPaths] = new BehaviorOptions
                {
                    Origin = S3BucketOrigin.WithOriginAccessControl(assets),
                    ViewerProtocolPolicy = ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                    AllowedMethods = AllowedMethods.ALLOW_GET_HEAD,
                    CachePolicy = CachePolicy.CACHING_OPTIMIZED,
                    ResponseHeadersPolicy = ResponseHeadersPolicy.SECURITY_HEADERS,
                    Compress = true,
                },
            },
        });
        var zone = HostedZone.FromHostedZoneAttributes(this, "Zone", new HostedZoneAttributes { HostedZoneId = settings.Edge.HostedZoneId, ZoneName = settings.Edge.DomainName });
        _ = new ARecord(this, "Name", new ARecordProps { Zone = zone, RecordName = settings.Edge.DomainName, Target = RecordTarget.FromAlias(new CloudFrontTarget(Distribution)) });
    }

    public CfnWebACL Firewall { get; }

    public Distribution Distribution { get; }

    private BucketProps BucketProps(string name) => new()
    {
        BucketName = $"{Prefix}-{name}-{Settings.Account}",
        Encryption = BucketEncryption.S3_MANAGED,
        BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
        EnforceSSL = true,
        Versioned = true,
        RemovalPolicy = DataRemoval,
    };

    private BucketProps LogBucketProps() => new()
    {
        BucketName = $"{Prefix}-cloudfront-logs-{Settings.Account}",
        Encryption = BucketEncryption.S3_MANAGED,
        BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
        EnforceSSL = true,

        // CloudFront writes its logs through an access list.
        ObjectOwnership = ObjectOwnership.BUCKET_OWNER_PREFERRED,
        LifecycleRules = [new Amazon.CDK.AWS.S3.LifecycleRule { Id = "expire", Expiration = Duration.Days(Settings.LogDays) }],
        RemovalPolicy = DataRemoval,
    };

    private CfnWebACL NewFirewall()
    {
        var rules = new List<CfnWebACL.RuleProperty>
        {
            Managed(1, "AWSManagedRulesAmazonIpReputationList", null),
            Managed(2, "AWSManagedRulesKnownBadInputsRuleSet", null),

            // Not on the trading routes: their queries hold JSON and signatures that the common rules take for attacks, and the host parses strictly.
            Managed(3, "AWSManagedRulesCommonRuleSet", new CfnWebACL.StatementProperty
            {
                NotStatement = new CfnWebACL.NotStatementProperty
                {
                    Statement = new CfnWebACL.StatementProperty
                    {
                        ByteMatchStatement = new CfnWebACL.ByteMatchStatementProperty
                        {
                            FieldToMatch = new CfnWebACL.FieldToMatchProperty { UriPath = new Dictionary<string, object>() },
                            PositionalConstraint = "STARTS_WITH",
                            SearchString = HostContract.TradingPaths.TrimEnd('*'),
                            TextTransformations = new[] { new CfnWebACL.TextTransformationProperty { Priority = 0, Type = "NONE" } },
                        },
                    },
                },
            }),
        };
        if (Settings.Edge.RequestsPer5MinutesPerAddress > 0)
        {
            rules.Add(new CfnWebACL.RuleProperty
            {
                Name = "RequestsPerAddress",
                Priority = 4,
                Action = new CfnWebACL.RuleActionProperty { Block = new CfnWebACL.BlockActionProperty { CustomResponse = new CfnWebACL.CustomResponseProperty { ResponseCode = 429 } } },
                Statement = new CfnWebACL.StatementProperty
                {
                    RateBasedStatement = new CfnWebACL.RateBasedStatementProperty
                    {
                        AggregateKeyType = "IP",
                        Limit = Settings.Edge.RequestsPer5MinutesPerAddress,
                        EvaluationWindowSec = 300,
                    },
                },
                VisibilityConfig = Visibility("RequestsPerAddress"),
            });
        }

        return new CfnWebACL(this, "Firewall", new CfnWebACLProps
        {
            Name = Prefix,
            Scope = "CLOUDFRONT",
            DefaultAction = new CfnWebACL.DefaultActionProperty { Allow = new CfnWebACL.AllowActionProperty() },
            Rules = rules.ToArray(),
            VisibilityConfig = Visibility("Firewall"),
        });
    }

    private CfnWebACL.RuleProperty Managed(int priority, string name, CfnWebACL.StatementProperty? scope) => new()
    {
        Name = name,
        Priority = priority,
        OverrideAction = new CfnWebACL.OverrideActionProperty { None = new Dictionary<string, object>() },
        Statement = new CfnWebACL.StatementProperty
        {
            ManagedRuleGroupStatement = new CfnWebACL.ManagedRuleGroupStatementProperty { VendorName = "AWS", Name = name, ScopeDownStatement = scope },
        },
        VisibilityConfig = Visibility(name),
    };

    private CfnWebACL.VisibilityConfigProperty Visibility(string name) => new()
    {
        MetricName = $"{Prefix}-{name}",
        CloudWatchMetricsEnabled = true,
        SampledRequestsEnabled = true,
    };
}
