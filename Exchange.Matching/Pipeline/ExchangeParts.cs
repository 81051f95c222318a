using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>What an engine and its views are made of, empty: ports and consumers that belong together, in the pipeline's order.</summary>
public sealed record ExchangeParts<TRisk, TLedger>(TRisk Risk, TLedger Ledger, IReadOnlyList<IRecordConsumer> Consumers)
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger;
