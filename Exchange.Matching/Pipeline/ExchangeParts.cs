using Exchange.Matching.Ports;

namespace Exchange.Matching.Pipeline;

/// <summary>What an engine and its views are made of, empty: ports and consumers that belong together, in the pipeline's order.</summary>
public sealed record ExchangeParts<TRisk, TLedger>(TRisk Risk, TLedger Ledger, IReadOnlyList<IRecordConsumer> Consumers) : IDisposable
    where TRisk : struct, IRisk
    where TLedger : struct, ILedger
{
    /// <summary>Gives the memory of an exchange back that is thrown away.</summary>
    public void Dispose()
    {
        foreach (var part in Consumers.Cast<object>().Append(Risk).Append(Ledger).OfType<IReservesMemory>())
        {
            part.ReleaseMemory();
        }
    }
}
