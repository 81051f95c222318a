using Amazon.CDK.AWS.Apigatewayv2;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// The partner API: public market data over an HTTP API with identity, throttling and access logs of its own. Callers sign with IAM: an HTTP API
/// knows no API keys. No trading route and no stream goes this way: the gateway may encode a query anew, which breaks a signature over its
/// bytes, and carries no WebSocket to an HTTP back end (infra/decisions/0051-edge.md).
/// </summary>
internal sealed class PartnerApi : Construct
{
    /// <summary>Routes that carry no signature of the exchange's own.</summary>
    public static readonly string[] Paths =
    [
        "ping", "time", "exchangeInfo", "depth", "trades", "historicalTrades", "aggTrades", "klines", "avgPrice",
        "ticker/24hr", "ticker/price", "ticker/bookTicker",
    ];

    public PartnerApi(Construct scope, string id, EnvironmentSettings settings, NetworkStack network, ApplicationListener listener)
        : base(scope, id)
    {
        Api = new CfnApi(this, "Api", new CfnApiProps
        {
            Name = $"exchange-{settings.Name}-partner",
            ProtocolType = "HTTP",
            Description = "Market data for partners",
            DisableExecuteApiEndpoint = true,
        });
        var link = new CfnVpcLink(this, "Link", new CfnVpcLinkProps
        {
            Name = $"exchange-{settings.Name}-partner",
            SubnetIds = [.. network.Vpc.PrivateSubnets.Select(subnet => subnet.SubnetId)],
            SecurityGroupIds = [network.VpcLink.SecurityGroupId],
        });
        var integration = new CfnIntegration(this, "Integration", new CfnIntegrationProps
        {
            ApiId = Api.Ref,
            IntegrationType = "HTTP_PROXY",
            IntegrationMethod = "ANY",
            IntegrationUri = listener.ListenerArn,
            ConnectionType = "VPC_LINK",
            ConnectionId = link.Ref,
            PayloadFormatVersion = "1.0",
            TimeoutInMillis = 10_000,
            TlsConfig = new CfnIntegration.TlsConfigProperty { ServerNameToVerify = EdgeStack.OriginName(settings) },
        });
        foreach (var path in Paths)
        {
            _ = new CfnRoute(this, $"Route-{path.Replace('/', '-')}", new CfnRouteProps
            {
                ApiId = Api.Ref,
                RouteKey = $"GET /api/v3/{path}",
                AuthorizationType = "AWS_IAM",
                Target = $"integrations/{integration.Ref}",
            });
        }

        var logs = new LogGroup(this, "AccessLogs", new LogGroupProps
        {
            LogGroupName = $"/exchange-{settings.Name}/partner-api",
            Retention = Days.Retention(settings.LogDays),
            RemovalPolicy = settings.ProtectData ? Amazon.CDK.RemovalPolicy.RETAIN : Amazon.CDK.RemovalPolicy.DESTROY,
        });
        var stage = new CfnStage(this, "Stage", new CfnStageProps
        {
            ApiId = Api.Ref,
            StageName = "$default",
            AutoDeploy = true,
            DefaultRouteSettings = new CfnStage.RouteSettingsProperty
            {
                ThrottlingRateLimit = settings.Edge.PartnerRequestsPerSecond,
                ThrottlingBurstLimit = settings.Edge.PartnerBurst,
                DetailedMetricsEnabled = true,
            },
            AccessLogSettings = new CfnStage.AccessLogSettingsProperty
            {
                DestinationArn = logs.LogGroupArn,
                Format = """{"time":"$context.requestTime","id":"$context.requestId","caller":"$context.identity.caller","address":"$context.identity.sourceIp","route":"$context.routeKey","status":"$context.status","latencyMs":"$context.responseLatency","bytes":"$context.responseLength"}""",
            },
        });
        Domain = new CfnDomainName(this, "Domain", new CfnDomainNameProps
        {
            DomainName = Name(settings),
            DomainNameConfigurations = new[]
            {
                new CfnDomainName.DomainNameConfigurationProperty { CertificateArn = settings.Edge.CertificateArn, EndpointType = "REGIONAL", SecurityPolicy = "TLS_1_2" },
            },
        });
        _ = new CfnApiMapping(this, "Mapping", new CfnApiMappingProps { ApiId = Api.Ref, DomainName = Domain.Ref, Stage = stage.Ref });
    }

    public CfnApi Api { get; }

    public CfnDomainName Domain { get; }

    public static string Name(EnvironmentSettings settings) => $"partner.{settings.Edge.DomainName}";
}
