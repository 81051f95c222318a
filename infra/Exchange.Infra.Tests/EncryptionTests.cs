using System.Text.Json.Nodes;
using Exchange.Infra.Tests.Support;
using NUnit.Framework;

namespace Exchange.Infra.Tests;

/// <summary>What lies still is encrypted, what moves is too, and nothing that holds data can be reached from outside. For every environment.</summary>
[TestFixtureSource(typeof(Templates), nameof(Templates.EnvironmentNames))]
public sealed class EncryptionTests(string environment)
{
    // What takes no key of ours: access logs of the load balancer and CloudFront, and assets that anyone may read.
    private static readonly string[] OwnKeyImpossible = ["AccessLogs", "Logs", "Assets"];

    private Templates Templates => Templates.Of(environment);

    [Test]
    public void Every_bucket_is_closed_encrypted_and_takes_encrypted_connections_only()
    {
        var policies = Templates.OfType("AWS::S3::BucketPolicy").Select(policy => policy.Properties.ToJsonString()).ToList();
        foreach (var bucket in Templates.OfType("AWS::S3::Bucket"))
        {
            var block = bucket.At("PublicAccessBlockConfiguration")!;
            Assert.That(new[] { "BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets" }.All(rule => (bool)block[rule]!), Is.True, bucket.ToString());
            var encryption = (string?)bucket.At("BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm");
            var expected = OwnKeyImpossible.Any(name => bucket.Id.Contains(name, StringComparison.Ordinal)) ? "AES256" : "aws:kms";
            Assert.That(encryption, Is.EqualTo(expected), bucket.ToString());
            Assert.That(policies, Has.Some.Contains(bucket.Id).And.Some.Contains("aws:SecureTransport"), bucket.ToString());
        }
    }

    [Test]
    public void Stores_are_encrypted_with_the_environments_key()
    {
        Assert.Multiple(() =>
        {
            Assert.That((bool)Templates.Single("AWS::RDS::DBCluster").At("StorageEncrypted")!, Is.True);
            Assert.That(Templates.Single("AWS::RDS::DBCluster").At("KmsKeyId"), Is.Not.Null);
            Assert.That(Templates.OfType("AWS::DynamoDB::GlobalTable").Select(table => (string?)table.At("SSESpecification/SSEType")), Is.All.EqualTo("KMS"));
            Assert.That(Templates.OfType("AWS::SQS::Queue").Select(queue => queue.At("KmsMasterKeyId")), Is.All.Not.Null);
            Assert.That((string?)Templates.Single("AWS::Kinesis::Stream").At("StreamEncryption/EncryptionType"), Is.EqualTo("KMS"));
            Assert.That(Templates.OfType("AWS::SecretsManager::Secret").Select(secret => secret.At("KmsKeyId")), Is.All.Not.Null);
            Assert.That(Templates.OfType("AWS::KMS::Key").Select(key => (bool)key.At("EnableKeyRotation")!), Is.All.True);
            Assert.That(Templates.Single("AWS::SNS::Topic").At("KmsMasterKeyId"), Is.Not.Null);
            Assert.That((string?)Templates.Single("AWS::EKS::Cluster").At("EncryptionConfig/0/Resources/0"), Is.EqualTo("secrets"));
        });
    }

    [Test]
    public void Every_disk_of_every_host_is_encrypted()
    {
        var disks = Templates.OfType("AWS::EC2::LaunchTemplate")
            .SelectMany(template => (JsonArray?)template.At("LaunchTemplateData/BlockDeviceMappings") ?? [])
            .ToList();

        Assert.That(disks, Has.Count.EqualTo(5), "root and data of two engine hosts, root of a node");
        Assert.That(disks.Select(disk => (bool)disk!["Ebs"]!["Encrypted"]!), Is.All.True);
    }

    [Test]
    public void Redis_takes_encrypted_connections_with_a_token_that_is_no_text_of_the_template()
    {
        var redis = Templates.Single("AWS::ElastiCache::ReplicationGroup");

        Assert.That((bool)redis.At("TransitEncryptionEnabled")!, Is.True);
        Assert.That((bool)redis.At("AtRestEncryptionEnabled")!, Is.True);
        Assert.That(redis.At("AuthToken")!.ToJsonString(), Does.Contain("{{resolve:secretsmanager:"));
    }

    [Test]
    public void Aurora_refuses_plain_connections() =>
        Assert.That((string?)Templates.Single("AWS::RDS::DBClusterParameterGroup").At("Parameters/rds.force_ssl"), Is.EqualTo("1"));

    [Test]
    public void Listeners_of_the_load_balancer_speak_TLS_of_today()
    {
        var listeners = Templates.OfType("AWS::ElasticLoadBalancingV2::Listener").ToList();

        Assert.That(listeners, Has.Count.EqualTo(2));
        Assert.That(listeners.Select(listener => (string?)listener.At("Protocol")), Is.All.EqualTo("HTTPS"));
        Assert.That(listeners.Select(listener => (string?)listener.At("SslPolicy")), Is.All.EqualTo("ELBSecurityPolicy-TLS13-1-2-2021-06"));
    }

    [Test]
    public void Stores_and_hosts_have_no_public_address()
    {
        Assert.That(Templates.OfType("AWS::RDS::DBInstance").Select(instance => (bool?)instance.At("PubliclyAccessible") ?? false), Is.All.False);
        Assert.That(Templates.OfType("AWS::EC2::Subnet").Select(subnet => (bool?)subnet.At("MapPublicIpOnLaunch") ?? false), Is.All.False);
        Assert.That((bool)Templates.Single("AWS::EKS::Cluster").At("ResourcesVpcConfig/EndpointPublicAccess")!, Is.False);
    }

    [Test]
    public void Nothing_but_CloudFront_comes_in_from_outside()
    {
        var rules = Templates.OfType("AWS::EC2::SecurityGroupIngress").Select(rule => rule.Properties)
            .Concat(Templates.OfType("AWS::EC2::SecurityGroup").SelectMany(group => ((JsonArray?)group.At("SecurityGroupIngress") ?? []).Select(rule => (JsonObject)rule!)))
            .ToList();
        var fromOutside = rules.Where(rule => rule["SourceSecurityGroupId"] is null).ToList();

        Assert.That(fromOutside.Select(rule => (string?)rule["SourcePrefixListId"]), Is.EqualTo(new[] { Templates.Settings.Edge.CloudFrontPrefixListId }));
        Assert.That((int)fromOutside.Single()["FromPort"]!, Is.EqualTo(443));
    }

    [Test]
    public void Hosts_give_their_rights_to_no_forged_request()
    {
        foreach (var template in Templates.OfType("AWS::EC2::LaunchTemplate"))
        {
            Assert.That((string?)template.At("LaunchTemplateData/MetadataOptions/HttpTokens"), Is.EqualTo("required"), template.ToString());
            Assert.That((int)template.At("LaunchTemplateData/MetadataOptions/HttpPutResponseHopLimit")!, Is.EqualTo(1), template.ToString());
        }
    }
}
