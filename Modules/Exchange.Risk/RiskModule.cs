using Exchange.Matching.Ports;

namespace Exchange.Risk;

/// <summary>The door's implementation: the engine's state and the published counts, apart from each other.</summary>
internal sealed class RiskModule : IRiskModule
{
    private readonly OrderCountsView _view = new();

    public RiskPort Risk { get; } = new(new RiskState());

    public IRecordConsumer View => _view;

    public RiskPort NewRisk() => new(new RiskState());

    public IRecordConsumer NewView() => new OrderCountsView();

    public OrderCounts CountsOf(int accountId, long timeUs) => _view.CountsOf(accountId, timeUs);
}
