namespace Exchange.Matching.Ports;

/// <summary>
/// Has memory outside of the managed heap, of which the collector knows nothing: who makes an exchange to throw it away gives that back at once, where nothing
/// reads it any more. The exchange that trades keeps its own until the process ends.
/// </summary>
public interface IReservesMemory
{
    /// <summary>Gives the memory back; nothing else may be called afterwards.</summary>
    void ReleaseMemory();
}
