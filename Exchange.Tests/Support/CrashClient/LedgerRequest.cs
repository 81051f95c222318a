using System.Globalization;

namespace Exchange.Tests.Support.CrashClient;

/// <summary>What a request of the crash client asks for.</summary>
internal enum RequestKind
{
    Place,
    Cancel,
    CancelAll,
}

/// <summary>
/// One request of the client's ledger, sent and perhaps answered. In the file, fields separated by tabs:
/// <code>
/// sent      id  account  kind  symbol  target  parameters
/// answered  id  status   sequence  body
/// </code>
/// </summary>
internal sealed record LedgerRequest(string Id, int Account, RequestKind Kind, string Symbol, string Target, string Parameters)
{
    private const string Sent = "sent";
    private const string Answered = "answered";

    /// <summary>Number of the line that says it was sent: what was answered on an earlier line had been answered before it was sent.</summary>
    public int SentLine { get; private init; }

    /// <summary>Number of the line with the answer; the greatest number when none came.</summary>
    public int AnsweredLine { get; private set; } = int.MaxValue;

    /// <summary>Null when none came.</summary>
    public TradingAnswer? Answer { get; private set; }

    /// <summary>No answer, or one that says that it does not know: the request was executed or it was not.</summary>
    public bool IsUnknown => Answer is null || Answer.Code is -1006 or -1007 or -1000 || Answer.Status == 500;

    /// <summary>The line to be durable before the request goes out.</summary>
    public string SentText =>
        string.Create(CultureInfo.InvariantCulture, $"{Sent}\t{Id}\t{Account}\t{Kind}\t{Symbol}\t{Target}\t{Parameters}\n");

    /// <summary>The line of its answer.</summary>
    public string AnsweredText(TradingAnswer answer) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Answered}\t{Id}\t{answer.Status}\t{answer.Sequence}\t{answer.Body.ReplaceLineEndings("").Replace('\t', ' ')}\n");

    /// <summary>Reads a ledger; the requests come in the order in which they were sent.</summary>
    /// <exception cref="FormatException">A line is not of the ledger's form, or answers what was not sent.</exception>
    public static IReadOnlyList<LedgerRequest> Read(string path)
    {
        var requests = new List<LedgerRequest>();
        var byId = new Dictionary<string, LedgerRequest>();
        var line = 0;
        foreach (var text in File.ReadLines(path))
        {
            line++;
            switch (text.Split('\t'))
            {
                case [Sent, var id, var account, var kind, var symbol, var target, var parameters]:
                    var number = int.Parse(account, CultureInfo.InvariantCulture);
                    var request = new LedgerRequest(id, number, Enum.Parse<RequestKind>(kind), symbol, target, parameters)
                    {
                        SentLine = line,
                    };
                    requests.Add(request);
                    byId.Add(id, request);
                    break;
                case [Answered, var id, var status, var sequence, var body] when byId.TryGetValue(id, out var sent) && sent.Answer is null:
                    sent.Answer = new TradingAnswer(
                        int.Parse(status, CultureInfo.InvariantCulture), long.Parse(sequence, CultureInfo.InvariantCulture), body);
                    sent.AnsweredLine = line;
                    break;
                default:
                    throw new FormatException($"{path}, line {line}: '{text}'");
            }
        }

        return requests;
    }
}
