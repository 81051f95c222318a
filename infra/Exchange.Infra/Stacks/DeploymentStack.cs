using Amazon.CDK;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CodeDeploy;
using Amazon.CDK.AWS.IAM;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>
/// Releases onto the engine's hosts: a deployment group per colour. The colour that does not lead is deployed first; its hooks
/// (infra/deploy/hooks) install, start and verify. CodeDeploy does not move the traffic: the lead moves first, and readiness with it, so a
/// load balancer that moved by itself would be early or late (infra/decisions/0052-blue-green.md).
/// </summary>
internal sealed class DeploymentStack : EnvironmentStack
{
    public DeploymentStack(Construct scope, EnvironmentSettings settings, EngineStack engine, IReadOnlyDictionary<string, Alarm> stopAlarms)
        : base(scope, "deployment", settings, "Releases of the exchange: CodeDeploy application and groups")
    {
        var role = new Role(this, "Role", new RoleProps
        {
            RoleName = $"{Prefix}-codedeploy",
            AssumedBy = new ServicePrincipal("codedeploy.amazonaws.com"),
            ManagedPolicies = [ManagedPolicy.FromAwsManagedPolicyName("service-role/AWSCodeDeployRole")],
        });
        var application = new CfnApplication(this, "Application", new CfnApplicationProps { ApplicationName = Prefix, ComputePlatform = "Server" });
        foreach (var colour in EngineStack.Colours)
        {
            var group = new CfnDeploymentGroup(this, $"Group-{colour}", new CfnDeploymentGroupProps
            {
                ApplicationName = Prefix,
                DeploymentGroupName = $"{Prefix}-{colour}",
                ServiceRoleArn = role.RoleArn,
                AutoScalingGroups = [engine.Groups[colour].AutoScalingGroupName],
                DeploymentConfigName = "CodeDeployDefault.OneAtATime",
                DeploymentStyle = new CfnDeploymentGroup.DeploymentStyleProperty { DeploymentType = "IN_PLACE", DeploymentOption = "WITHOUT_TRAFFIC_CONTROL" },
                AutoRollbackConfiguration = new CfnDeploymentGroup.AutoRollbackConfigurationProperty
                {
                    Enabled = true,
                    Events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
                },
                AlarmConfiguration = new CfnDeploymentGroup.AlarmConfigurationProperty
                {
                    Enabled = true,
                    Alarms = stopAlarms.Values.Select(alarm => new CfnDeploymentGroup.AlarmProperty { Name = alarm.AlarmName }).ToArray(),
                },
                OutdatedInstancesStrategy = "UPDATE",
            });
            group.AddDependency(application);
        }
    }
}
