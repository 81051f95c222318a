using Exchange.Tests.Support.CrashClient;

namespace Exchange.Tests.EndToEnd;

/// <summary>An order that some client has asked for, and all that is known of it.</summary>
internal sealed class KnownOrder(LedgerRequest request)
{
    public string Id => Request.Id;

    /// <summary>The latest request that asks for it.</summary>
    public LedgerRequest Request { get; } = request;

    /// <summary>0 until an answer has told it.</summary>
    public long OrderId { get; set; }

    /// <summary>What the exchange has last said of it; null when nothing or that it does not exist.</summary>
    public OrderView? Last { get; set; }

    /// <summary>Whether it may still change, so that a later round looks again.</summary>
    public bool IsOpen => Last is { IsOpen: true };
}
