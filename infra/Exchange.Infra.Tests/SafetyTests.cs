using System.Text.Json.Nodes;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>Data outlives mistakes, zones and releases.</summary>
public sealed class SafetyTests
{
    private static readonly Templates Production = Templates.Production;

    private static readonly string[] DataTypes =
        ["AWS::RDS::DBCluster", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Kinesis::Stream", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"];

    [Test]
    public void Nothing_that_holds_data_goes_with_its_stack()
    {
        var deleted = Production.Resources.Where(resource => DataTypes.Contains(resource.Type) && resource.DeletionPolicy is not ("Retain" or "Snapshot"));

        Assert.That(deleted.Select(resource => resource.ToString()), Is.Empty);
    }

    [Test]
    public void Stores_refuse_to_be_deleted()
    {
        Assert.That((bool)Production.Single("AWS::RDS::DBCluster").At("DeletionProtection")!, Is.True);
        Assert.That(Production.OfType("AWS::DynamoDB::GlobalTable").Select(table => (bool)table.At("Replicas/0/DeletionProtectionEnabled")!), Is.All.True);
        Assert.That(
            Production.Single("AWS::ElasticLoadBalancingV2::LoadBalancer").At("LoadBalancerAttributes")!.ToJsonString(),
            Does.Contain("""{"Key":"deletion_protection.enabled","Value":"true"}"""));
    }

    [Test]
    public void Journal_volume_outlives_its_host()
    {
        foreach (var template in EngineTemplates())
        {
            var data = (JsonObject)template.At("LaunchTemplateData/BlockDeviceMappings/1/Ebs")!;
            Assert.That((string?)template.At("LaunchTemplateData/BlockDeviceMappings/1/DeviceName"), Is.EqualTo("/dev/sdf"));
            Assert.That((bool)data["DeleteOnTermination"]!, Is.False);
            Assert.That((string?)data["VolumeType"], Is.EqualTo(Production.Settings.Engine.VolumeType));
            Assert.That((int)data["Iops"]!, Is.EqualTo(Production.Settings.Engine.VolumeIops));
        }
    }

    [Test]
    public void Archive_keeps_every_version_for_the_stated_years()
    {
        var archive = Production.OfType("AWS::S3::Bucket").Single(bucket => bucket.Id.StartsWith("Archive", StringComparison.Ordinal));

        Assert.That((string?)archive.At("VersioningConfiguration/Status"), Is.EqualTo("Enabled"));
        Assert.That((bool)archive.At("ObjectLockEnabled")!, Is.True);
        Assert.That((string?)archive.At("ObjectLockConfiguration/Rule/DefaultRetention/Mode"), Is.EqualTo("COMPLIANCE"));
        Assert.That((int)archive.At("ObjectLockConfiguration/Rule/DefaultRetention/Days")!, Is.EqualTo(Production.Settings.ArchiveLockDays));
    }

    [Test]
    public void Aurora_has_backups_a_writer_and_readers_that_take_over()
    {
        Assert.That((int)Production.Single("AWS::RDS::DBCluster").At("BackupRetentionPeriod")!, Is.EqualTo(35));
        Assert.That(Production.OfType("AWS::RDS::DBInstance").Count(), Is.EqualTo(1 + Production.Settings.Aurora.Readers));
        Assert.That(Production.OfType("AWS::RDS::DBInstance").Select(instance => (int)instance.At("PromotionTier")!), Does.Contain(0).And.Contain(1));
    }

    [Test]
    public void DynamoDB_can_be_set_back_to_any_second() =>
        Assert.That(
            Production.OfType("AWS::DynamoDB::GlobalTable").Select(table => (bool)table.At("Replicas/0/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")!), Is.All.True);

    [Test]
    public void Redis_fails_over_by_itself_to_another_zone()
    {
        var redis = Production.Single("AWS::ElastiCache::ReplicationGroup");

        Assert.That((bool)redis.At("AutomaticFailoverEnabled")!, Is.True);
        Assert.That((bool)redis.At("MultiAZEnabled")!, Is.True);
    }

    [Test]
    public void Stores_and_subnets_spread_over_three_zones()
    {
        var zones = Production.OfType("AWS::EC2::Subnet").GroupBy(subnet => (string)subnet.At("AvailabilityZone")!);

        Assert.That(zones.Select(zone => zone.Key), Is.EquivalentTo(Production.Settings.AvailabilityZones));
        Assert.That(zones.Select(zone => zone.Count()), Is.All.EqualTo(3));
        Assert.That((JsonArray)Production.Single("AWS::RDS::DBSubnetGroup").At("SubnetIds")!, Has.Count.EqualTo(3));
        Assert.That(Production.OfType("AWS::EC2::NatGateway").Count(), Is.EqualTo(3));
    }

    [Test]
    public void Each_colour_has_one_host_and_they_start_in_different_zones()
    {
        var groups = Production.OfType("AWS::AutoScaling::AutoScalingGroup").ToList();

        Assert.That(groups.Select(group => ((string)group.At("MinSize")!, (string)group.At("MaxSize")!)), Is.EqualTo(new[] { ("1", "1"), ("1", "1") }));
        Assert.That(groups.Select(group => group.At("VPCZoneIdentifier/0")!.ToJsonString()).Distinct().Count(), Is.EqualTo(2));
        Assert.That(groups.Select(group => (string?)group.At("HealthCheckType")), Is.All.EqualTo("EC2"), "a recovering leader is not ready, and must not be replaced for it");
    }

    [Test]
    public void A_fresh_environment_begins_no_venue_by_itself()
    {
        var parameters = Production.OfType("AWS::SSM::Parameter").ToDictionary(parameter => (string)parameter.At("Name")!, parameter => (string)parameter.At("Value")!);

        Assert.That(parameters, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["/exchange/production/engine/leader"] = "blue",
            ["/exchange/production/engine/genesis"] = "forbidden",
        }));
    }

    [Test]
    public void Dead_letters_are_kept_and_order_within_a_group_is_too()
    {
        var events = Production.OfType("AWS::SQS::Queue").Single(queue => queue.At("RedrivePolicy") is not null);

        Assert.That((bool)events.At("FifoQueue")!, Is.True);
        Assert.That((bool?)events.At("ContentBasedDeduplication") ?? false, Is.False, "messages carry their own deduplication id");
        Assert.That((string?)events.At("DeduplicationScope"), Is.EqualTo("messageGroup"));
        Assert.That((int)events.At("RedrivePolicy/maxReceiveCount")!, Is.EqualTo(5));
    }

    [Test]
    public void Staging_and_production_stacks_are_protected_against_their_own_deletion()
    {
        Assert.That(Templates.Of("staging").Settings.ProtectData, Is.True);
        Assert.That(Production.Settings.ProtectData, Is.True);
    }

    private static IEnumerable<Resource> EngineTemplates() =>
        Production.OfType("AWS::EC2::LaunchTemplate").Where(template => template.Stack == "engine");
}
