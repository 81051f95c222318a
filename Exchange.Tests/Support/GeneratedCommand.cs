using Exchange.Matching.Commands;
using Exchange.Matching.Types;

namespace Exchange.Tests.Support;

/// <summary>One command of a random stream with its journal time.</summary>
public abstract record GeneratedCommand(long TimeUs)
{
    /// <summary>Executes the command and returns its outcome.</summary>
    public abstract IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange);
}

public sealed record GeneratedTrading(long TimeUs, CommandSlot Slot) : GeneratedCommand(TimeUs)
{
    public override IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange) => exchange.Execute(Slot, TimeUs);

    /// <summary>Returns the fields in words: a failing test prints them.</summary>
    public override string ToString() =>
        $"{Slot.Type} at {TimeUs}: account {Slot.AccountId}, symbol {Slot.SymbolId}, order {Slot.OrderId}, {Slot.Side} {Slot.OrderType} {Slot.TimeInForce} "
        + $"{Slot.Flags}, price {Slot.Price}, quantity {Slot.Quantity}, client id '{Slot.ClientOrderId}', restriction {Slot.Restriction}";
}

public sealed record GeneratedSymbol(long TimeUs, SymbolSpec Spec) : GeneratedCommand(TimeUs)
{
    public override IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange) => exchange.AddSymbol(Spec, TimeUs);
}

public sealed record GeneratedAccount(long TimeUs, OpenAccountCommand Command) : GeneratedCommand(TimeUs)
{
    public override IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange) => exchange.OpenAccount(Command, TimeUs);
}

public sealed record GeneratedAdjustment(long TimeUs, AdjustBalanceCommand Command) : GeneratedCommand(TimeUs)
{
    public override IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange) => exchange.AdjustBalance(Command, TimeUs);
}

public sealed record GeneratedQuarantine(long TimeUs, QuarantineCommand Command, bool CancelOnly) : GeneratedCommand(TimeUs)
{
    public override IReadOnlyList<ExchangeEvent> ApplyTo(IScenarioExchange exchange) => exchange.SetQuarantine(Command, CancelOnly, TimeUs);
}
