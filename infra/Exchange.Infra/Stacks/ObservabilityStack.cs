using Amazon.CDK.AWS.Budgets;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.CloudWatch.Actions;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.SNS;
using Amazon.CDK.AWS.SNS.Subscriptions;
using Constructs;
using Exchange.Infra.Settings;

namespace Exchange.Infra.Stacks;

/// <summary>Alarms, the dashboard that shows what they watch, and the budget.</summary>
internal sealed class ObservabilityStack : EnvironmentStack
{
    private const double WarnPercent = 80;

    public ObservabilityStack(Construct scope, EnvironmentSettings settings, DataStack data, EngineStack engine, EdgeStack edge)
        : base(scope, "observability", settings, "Alarms, dashboard and budget of the exchange")
    {
        Topic = NewTopic();
        var specs = new Dictionary<string, IReadOnlyList<AlarmSpec>>
        {
            ["Orders"] = [.. EngineAlarms.All(engine, edge)],
            ["Host"] = [.. HostAlarms.All(settings)],
            ["Stores"] = [.. StoreAlarms.All(settings, data)],
        };
        foreach (var spec in specs.Values.SelectMany(group => group))
        {
            Alarms[spec.Name] = NewAlarm(spec);
        }

        AddDashboard(specs);
        AddBudget();
    }

    public Topic Topic { get; }

    public Dictionary<string, Alarm> Alarms { get; } = [];

    private Topic NewTopic()
    {
        var key = new Key(this, "Key", new KeyProps { Alias = $"alias/{Prefix}-alarms", Description = "Alarm notices", EnableKeyRotation = true, RemovalPolicy = DataRemoval });
        foreach (var service in new[] { "cloudwatch.amazonaws.com", "budgets.amazonaws.com" })
        {
            key.GrantEncryptDecrypt(new ServicePrincipal(service));
        }

        var topic = new Topic(this, "Topic", new TopicProps { TopicName = $"{Prefix}-alarms", MasterKey = key, EnforceSSL = true });
        topic.GrantPublish(new ServicePrincipal("budgets.amazonaws.com"));
        topic.AddSubscription(new EmailSubscription(Settings.Budget.AlarmEmail));
        return topic;
    }

    private Alarm NewAlarm(AlarmSpec spec)
    {
        var alarm = new Alarm(this, $"Alarm-{spec.Name}", new AlarmProps
        {
            AlarmName = $"{Prefix}-{spec.Name}",
            AlarmDescription = $"{spec.Says}. Runbook: infra/runbooks/alarms/{spec.Runbook}.md",
            Metric = spec.Metric,
            Threshold = spec.Threshold,
            ComparisonOperator = spec.Comparison,
            EvaluationPeriods = spec.Periods,
            TreatMissingData = spec.Missing,
        });
        var action = new SnsAction(Topic);
        alarm.AddAlarmAction(action);
        alarm.AddOkAction(action);
        return alarm;
    }

    private void AddDashboard(Dictionary<string, IReadOnlyList<AlarmSpec>> specs)
    {
        var dashboard = new Dashboard(this, "Dashboard", new DashboardProps { DashboardName = Prefix, PeriodOverride = PeriodOverride.AUTO });
        dashboard.AddWidgets(new AlarmStatusWidget(new AlarmStatusWidgetProps { Title = "Alarms", Alarms = [.. Alarms.Values], Width = 24 }));
        foreach (var (title, group) in specs)
        {
            dashboard.AddWidgets(new TextWidget(new TextWidgetProps { Markdown = $"## {title}", Width = 24, Height = 1 }));
            foreach (var row in group.Chunk(3))
            {
                dashboard.AddWidgets([.. row.Select(spec => new GraphWidget(new GraphWidgetProps
                {
                    Title = spec.Says,
                    Left = [spec.Metric],
                    LeftAnnotations = [new HorizontalAnnotation { Value = spec.Threshold, Label = "alarm" }],
                    Width = 8,
                }))]);
            }
        }
    }

    private void AddBudget()
    {
        object Notice(string type, double percent) => new CfnBudget.NotificationWithSubscribersProperty
        {
            Notification = new CfnBudget.NotificationProperty { NotificationType = type, ComparisonOperator = "GREATER_THAN", Threshold = percent, ThresholdType = "PERCENTAGE" },
            Subscribers = new[] { new CfnBudget.SubscriberProperty { SubscriptionType = "SNS", Address = Topic.TopicArn } },
        };
        _ = new CfnBudget(this, "Budget", new CfnBudgetProps
        {
            Budget = new CfnBudget.BudgetDataProperty
            {
                BudgetName = Prefix,
                BudgetType = "COST",
                TimeUnit = "MONTHLY",
                BudgetLimit = new CfnBudget.SpendProperty { Amount = Settings.Budget.MonthlyUsd, Unit = "USD" },
            },
            NotificationsWithSubscribers = new[] { Notice("ACTUAL", WarnPercent), Notice("FORECASTED", 100) },
        });
    }
}
