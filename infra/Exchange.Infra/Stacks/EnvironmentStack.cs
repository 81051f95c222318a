using Amazon.CDK;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>A stack of one environment: named after it, tagged with it, and what it keeps protected where the environment says so.</summary>
internal abstract class EnvironmentStack : Stack
{
    protected EnvironmentStack(Construct scope, string part, EnvironmentSettings settings, string description, string? region = null)
        : base(scope, $"exchange-{settings.Name}-{part}", new StackProps
        {
            StackName = $"exchange-{settings.Name}-{part}",
            Description = description,
            Env = new Amazon.CDK.Environment { Account = settings.Account, Region = region ?? settings.Region },
            TerminationProtection = settings.ProtectData,
        })
    {
        Settings = settings;
        Tags.SetTag("exchange:environment", settings.Name);
        Tags.SetTag("exchange:part", part);
    }

    protected EnvironmentSettings Settings { get; }

    /// <summary>Prefix of physical names.</summary>
    protected string Prefix => $"exchange-{Settings.Name}";

    /// <summary>What becomes of data when its resource is removed from the template.</summary>
    protected RemovalPolicy DataRemoval => Settings.ProtectData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
