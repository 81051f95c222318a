using Amazon.CDK;
using Exchange.Infra.Settings;
using Exchange.Infra.Stacks;

namespace Exchange.Infra;

/// <summary>
/// The stacks of one environment, by lifetime: what holds data is never in the stack of what is replaced with each release.
/// <code>
/// network ──► data ──► engine ──┬──► edge ──► observability ──► deployment
///                 └──► tier ────┘
/// global-edge (us-east-1): CloudFront and firewall, bound to the others by names alone
/// </code>
/// </summary>
internal sealed class ExchangeApp
{
    public ExchangeApp(App app, EnvironmentSettings settings)
    {
        Network = new NetworkStack(app, settings);
        Data = new DataStack(app, settings, Network);
        Engine = new EngineStack(app, settings, Network, Data);
        Tier = new TierStack(app, settings, Network, Data);
        Edge = new EdgeStack(app, settings, Network, Data, Engine, Tier);
        GlobalEdge = new GlobalEdgeStack(app, settings);
        Observability = new ObservabilityStack(app, settings, Data, Engine, Edge);
        Deployment = new DeploymentStack(app, settings, Engine, EngineAlarms.StopRelease.ToDictionary(name => name, name => Observability.Alarms[name]));
    }

    public NetworkStack Network { get; }

    public DataStack Data { get; }

    public EngineStack Engine { get; }

    public TierStack Tier { get; }

    public EdgeStack Edge { get; }

    public GlobalEdgeStack GlobalEdge { get; }

    public ObservabilityStack Observability { get; }

    public DeploymentStack Deployment { get; }

    public IReadOnlyList<Stack> Stacks => [Network, Data, Engine, Tier, Edge, GlobalEdge, Observability, Deployment];
}
