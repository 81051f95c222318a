using Exchange.Infra.Stacks;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>What grows by itself, and by which trigger.</summary>
public sealed class ScalingTests
{
    private static readonly Templates Production = Templates.Production;

    [Test]
    public void DynamoDB_and_Kinesis_are_on_demand()
    {
        Assert.That(Production.OfType("AWS::DynamoDB::GlobalTable").Select(table => (string?)table.At("BillingMode")), Is.All.EqualTo("PAY_PER_REQUEST"));
        Assert.That((string?)Production.Single("AWS::Kinesis::Stream").At("StreamModeDetails/StreamMode"), Is.EqualTo("ON_DEMAND"));
    }

    [Test]
    public void Aurora_grows_between_the_stated_capacities()
    {
        var cluster = Production.Single("AWS::RDS::DBCluster");

        Assert.That((double)cluster.At("ServerlessV2ScalingConfiguration/MinCapacity")!, Is.EqualTo(Production.Settings.Aurora.MinCapacity));
        Assert.That((double)cluster.At("ServerlessV2ScalingConfiguration/MaxCapacity")!, Is.EqualTo(Production.Settings.Aurora.MaxCapacity));
    }

    [TestCase("rds:cluster:ReadReplicaCount", "RDSReaderAverageCPUUtilization", 2, 15)]
    [TestCase("elasticache:replication-group:Replicas", "ElastiCacheReplicaEngineCPUUtilization", 2, 5)]
    public void Read_replicas_follow_their_processor_use(string dimension, string metric, int min, int max)
    {
        var target = Production.OfType("AWS::ApplicationAutoScaling::ScalableTarget").Single(found => (string?)found.At("ScalableDimension") == dimension);
        var policy = Production.OfType("AWS::ApplicationAutoScaling::ScalingPolicy")
            .Single(found => (string?)found.At("TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification/PredefinedMetricType") == metric);

        Assert.That(((int)target.At("MinCapacity")!, (int)target.At("MaxCapacity")!), Is.EqualTo((min, max)));
        Assert.That((double)policy.At("TargetTrackingScalingPolicyConfiguration/TargetValue")!, Is.EqualTo(Scaling.TargetPercent));
        Assert.That(policy.At("ScalingTargetId")!.ToJsonString(), Does.Contain(target.Id));
    }

    [Test]
    public void Nodes_of_the_tier_grow_between_the_stated_counts_and_the_scaler_finds_them()
    {
        var nodes = Production.Single("AWS::EKS::Nodegroup");

        Assert.That((int)nodes.At("ScalingConfig/MinSize")!, Is.EqualTo(Production.Settings.Tier.MinNodes));
        Assert.That((int)nodes.At("ScalingConfig/MaxSize")!, Is.EqualTo(Production.Settings.Tier.MaxNodes));
        Assert.That((string?)nodes.At("Tags")!["k8s.io/cluster-autoscaler/enabled"], Is.EqualTo("true"));
        Assert.That(Production.OfType("AWS::EKS::Addon").Select(addon => (string)addon.At("AddonName")!), Does.Contain("metrics-server"), "pods scale by what it measures");
    }

    [Test]
    public void Partner_API_is_throttled()
    {
        var stage = Production.Single("AWS::ApiGatewayV2::Stage");

        Assert.That((int)stage.At("DefaultRouteSettings/ThrottlingRateLimit")!, Is.EqualTo(Production.Settings.Edge.PartnerRequestsPerSecond));
        Assert.That((int)stage.At("DefaultRouteSettings/ThrottlingBurstLimit")!, Is.EqualTo(Production.Settings.Edge.PartnerBurst));
        Assert.That(stage.At("AccessLogSettings/DestinationArn"), Is.Not.Null);
    }
}
