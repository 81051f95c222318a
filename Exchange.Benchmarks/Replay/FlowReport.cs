namespace Exchange.Benchmarks.Replay;

/// <summary>How a replay went.</summary>
internal sealed class FlowReport
{
    /// <summary>Most mismatches kept as text; one is often followed by many.</summary>
    private const int KeptMismatches = 100;

    private readonly List<string> _mismatches = [];

    public int Commands { get; set; }

    public int Takes { get; set; }

    /// <summary>Expected fills that were compared.</summary>
    public int FillsChecked { get; set; }

    public int MismatchCount { get; private set; }

    /// <summary>The first mismatches in words.</summary>
    public IReadOnlyList<string> Mismatches => _mismatches;

    public bool IsOk => MismatchCount == 0;

    public void AddMismatch(string text)
    {
        MismatchCount++;
        if (_mismatches.Count < KeptMismatches)
        {
            _mismatches.Add(text);
        }
    }
}
