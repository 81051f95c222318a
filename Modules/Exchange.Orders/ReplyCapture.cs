using Exchange.Matching.Types;
using Exchange.Matching.Views;

namespace Exchange.Orders;

/// <summary>What the answer to one command needs, taken at the position of its records. Reused for every command of its token.</summary>
internal sealed class ReplyCapture
{
    /// <summary>Longer lists go back to the garbage collector instead of staying with the token.</summary>
    private const int LongestKept = 1_024;

    private readonly List<FillState> _fills = [];
    private readonly List<OrderState> _canceled = [];
    private OrderState _order;

    /// <summary>Sequence of the command's first record; 0 when nothing is captured.</summary>
    public long Sequence { get; private set; }

    public void Begin(long sequence)
    {
        Clear();
        Sequence = sequence;
    }

    public void Add(FillState fill) => _fills.Add(fill);

    public void AddCanceled(in OrderState order) => _canceled.Add(order);

    public void SetOrder(in OrderState order) => _order = order;

    /// <summary>Hands everything over; the capture is empty afterwards.</summary>
    public void Take(out OrderState order, out FillState[] fills, out OrderState[] canceled)
    {
        order = _order;
        fills = [.. _fills];
        canceled = [.. _canceled];
        Clear();
    }

    private void Clear()
    {
        Sequence = 0;
        _order = default;
        Clear(_fills);
        Clear(_canceled);
    }

    private static void Clear<T>(List<T> list)
    {
        list.Clear();
        if (list.Capacity > LongestKept)
        {
            list.Capacity = 0;
        }
    }
}

/// <summary>
/// One capture for each reply token; as many as there are tokens. Not locked: between a command's first record and its reply only the
/// view's thread touches its token's capture, between the reply and its disposal only the caller who waited; the reply itself is the
/// barrier between the two.
/// </summary>
internal sealed class ReplyCaptures
{
    private volatile ReplyCapture[] _byToken = [];

    /// <summary>Returns the token's capture. The view's thread alone.</summary>
    public ReplyCapture Of(int token)
    {
        var captures = _byToken;
        if (token >= captures.Length)
        {
            var length = captures.Length;
            Array.Resize(ref captures, Math.Max(token + 1, 2 * length));
            for (var i = length; i < captures.Length; i++)
            {
                captures[i] = new ReplyCapture();
            }

            _byToken = captures;
        }

        return captures[token];
    }

    /// <summary>Hands over what was captured for the command. The caller who holds the command's reply alone, once.</summary>
    public void Take(int token, long sequence, out OrderState order, out FillState[] fills, out OrderState[] canceled)
    {
        var captures = _byToken;
        Invariant.That((uint)token < (uint)captures.Length && captures[token].Sequence == sequence, "a reply finds the capture of its own command");
        captures[token].Take(out order, out fills, out canceled);
    }
}
