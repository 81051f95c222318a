namespace Exchange.Matching.Ports;

public interface IJournalTime
{
    /// <summary>Journal time now, microseconds since 1970-01-01 UTC; never goes back. Any thread.</summary>
    long NowUs { get; }
}
