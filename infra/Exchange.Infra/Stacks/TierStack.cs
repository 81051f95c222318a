using Amazon.CDK;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.EKS;
using Amazon.CDK.AWS.ElasticLoadBalancingV2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Constructs;
using Exchange.Infra.Settings;
using CfnAddon = Amazon.CDK.AWS.EKS.CfnAddon;
using HealthCheck = Amazon.CDK.AWS.ElasticLoadBalancingV2.HealthCheck;

namespace Exchange.Infra.Stacks;

/// <summary>
/// The stateless tier's cluster: reads, streams, authentication, forwarding to the leader. Its workload is not part of this stack
/// (the manifests come with the gateway role); nodes, rights and the target group are ready for it.
/// Why plain resources: the library's own cluster brings Lambda functions whose runtimes can no longer be created.
/// </summary>
internal sealed class TierStack : EnvironmentStack
{
    /// <summary>Kubernetes namespace and service account that the tier's pods run under.</summary>
    public const string Namespace = "exchange";

    public const string ServiceAccount = "gateway";

    private static readonly string[] ControlPlaneLogs = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

    private static readonly string[] Addons = ["vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent", "metrics-server"];

    public TierStack(Construct scope, EnvironmentSettings settings, NetworkStack network, DataStack data)
        : base(scope, "tier", settings, "Stateless tier on EKS: cluster, nodes, rights, target group")
    {
        Logs = new LogGroup(this, "Logs", new LogGroupProps
        {
            LogGroupName = $"/{Prefix}/tier",
            Retention = Days.Retention(settings.LogDays),
            RemovalPolicy = DataRemoval,
        });
        var cluster = NewCluster(network, data);
        var nodes = NewNodes(cluster, network, data);
        foreach (var name in Addons)
        {
            var addon = new CfnAddon(this, $"Addon-{name}", new CfnAddonProps { ClusterName = cluster.Ref, AddonName = name, ResolveConflicts = "OVERWRITE" });
            if (name is "coredns" or "metrics-server")
            {
                // Their pods need nodes to run on.
                addon.AddDependency(nodes);
            }
        }

        GrantPods(cluster, data);
        Target = new ApplicationTargetGroup(this, "Target", new ApplicationTargetGroupProps
        {
            TargetGroupName = $"{Prefix}-tier",
            Vpc = network.Vpc,
            Port = HostContract.TradingPort,
            Protocol = ApplicationProtocol.HTTP,
            TargetType = TargetType.IP,
            DeregistrationDelay = Duration.Seconds(2 * HostContract.ShutdownSeconds),
            HealthCheck = new HealthCheck { Path = HostContract.ReadyPath, Interval = Duration.Seconds(5), Timeout = Duration.Seconds(2), HealthyHttpCodes = "200" },
        });
    }

    public LogGroup Logs { get; }

    public ApplicationTargetGroup Target { get; }

    private Amazon.CDK.AWS.EKS.CfnCluster NewCluster(NetworkStack network, DataStack data)
    {
        var role = new Role(this, "ClusterRole", new RoleProps
        {
            AssumedBy = new ServicePrincipal("eks.amazonaws.com"),
            ManagedPolicies = [ManagedPolicy.FromAwsManagedPolicyName("AmazonEKSClusterPolicy")],
        });
        return new Amazon.CDK.AWS.EKS.CfnCluster(this, "Cluster", new Amazon.CDK.AWS.EKS.CfnClusterProps
        {
            Name = Prefix,
            Version = Settings.Tier.KubernetesVersion,
            RoleArn = role.RoleArn,
            AccessConfig = new Amazon.CDK.AWS.EKS.CfnCluster.AccessConfigProperty { AuthenticationMode = "API" },
            EncryptionConfig = new[]
            {
                new Amazon.CDK.AWS.EKS.CfnCluster.EncryptionConfigProperty
                {
                    Provider = new Amazon.CDK.AWS.EKS.CfnCluster.ProviderProperty { KeyArn = data.Key.KeyArn },
                    Resources = ["secrets"],
                },
            },
            Logging = new Amazon.CDK.AWS.EKS.CfnCluster.LoggingProperty
            {
                ClusterLogging = new Amazon.CDK.AWS.EKS.CfnCluster.ClusterLoggingProperty
                {
                    EnabledTypes = ControlPlaneLogs.Select(type => new Amazon.CDK.AWS.EKS.CfnCluster.LoggingTypeConfigProperty { Type = type }).ToArray(),
                },
            },
            ResourcesVpcConfig = new Amazon.CDK.AWS.EKS.CfnCluster.ResourcesVpcConfigProperty
            {
                SubnetIds = [.. network.Vpc.PrivateSubnets.Select(subnet => subnet.SubnetId)],
                SecurityGroupIds = [network.Tier.SecurityGroupId],
                EndpointPrivateAccess = true,
                EndpointPublicAccess = false,
            },
        });
    }

    private CfnNodegroup NewNodes(Amazon.CDK.AWS.EKS.CfnCluster cluster, NetworkStack network, DataStack data)
    {
        var role = new Role(this, "NodeRole", new RoleProps
        {
            AssumedBy = new ServicePrincipal("ec2.amazonaws.com"),
            ManagedPolicies =
            [
                ManagedPolicy.FromAwsManagedPolicyName("AmazonEKSWorkerNodePolicy"),
                ManagedPolicy.FromAwsManagedPolicyName("AmazonEKS_CNI_Policy"),
                ManagedPolicy.FromAwsManagedPolicyName("AmazonEC2ContainerRegistryReadOnly"),
                ManagedPolicy.FromAwsManagedPolicyName("AmazonSSMManagedInstanceCore"),
            ],
        });
        var template = new CfnLaunchTemplate(this, "NodeTemplate", new CfnLaunchTemplateProps
        {
            LaunchTemplateName = $"{Prefix}-tier-node",
            LaunchTemplateData = new CfnLaunchTemplate.LaunchTemplateDataProperty
            {
                MetadataOptions = new CfnLaunchTemplate.MetadataOptionsProperty { HttpTokens = "required", HttpPutResponseHopLimit = 1 },
                SecurityGroupIds = [network.Tier.SecurityGroupId, cluster.AttrClusterSecurityGroupId],
                BlockDeviceMappings = new[]
                {
                    new CfnLaunchTemplate.BlockDeviceMappingProperty
                    {
                        DeviceName = "/dev/xvda",
                        Ebs = new CfnLaunchTemplate.EbsProperty { VolumeSize = 40, VolumeType = "gp3", Encrypted = true, KmsKeyId = data.Key.KeyArn, DeleteOnTermination = true },
                    },
                },
            },
        });
        return new CfnNodegroup(this, "Nodes", new CfnNodegroupProps
        {
            ClusterName = cluster.Ref,
            NodegroupName = "tier",
            NodeRole = role.RoleArn,
            Subnets = [.. network.Vpc.PrivateSubnets.Select(subnet => subnet.SubnetId)],
            InstanceTypes = [.. Settings.Tier.NodeInstanceTypes],
            AmiType = "AL2023_x86_64_STANDARD",
            CapacityType = "ON_DEMAND",
            ScalingConfig = new CfnNodegroup.ScalingConfigProperty { MinSize = Settings.Tier.MinNodes, DesiredSize = Settings.Tier.MinNodes, MaxSize = Settings.Tier.MaxNodes },
            UpdateConfig = new CfnNodegroup.UpdateConfigProperty { MaxUnavailable = 1 },
            LaunchTemplate = new CfnNodegroup.LaunchTemplateSpecificationProperty { Id = template.Ref, Version = template.AttrLatestVersionNumber },

            // What the cluster's scaler looks for.
            Tags = new Dictionary<string, string>
            {
                ["k8s.io/cluster-autoscaler/enabled"] = "true",
                [$"k8s.io/cluster-autoscaler/{Prefix}"] = "owned",
            },
        });
    }

    /// <summary>The pods' own rights, not the nodes': reading and writing the projections, telling metrics.</summary>
    private void GrantPods(Amazon.CDK.AWS.EKS.CfnCluster cluster, DataStack data)
    {
        var role = new Role(this, "PodRole", new RoleProps
        {
            RoleName = $"{Prefix}-tier-pod",
            AssumedBy = new SessionTagsPrincipal(new ServicePrincipal("pods.eks.amazonaws.com")),
        });
        foreach (var statement in new HostPolicies(data).Stores().Concat(HostPolicies.Telemetry(Logs.LogGroupArn)))
        {
            role.AddToPolicy(statement);
        }

        _ = new CfnPodIdentityAssociation(this, "PodIdentity", new CfnPodIdentityAssociationProps
        {
            ClusterName = cluster.Ref,
            Namespace = Namespace,
            ServiceAccount = ServiceAccount,
            RoleArn = role.RoleArn,
        });
    }
}
