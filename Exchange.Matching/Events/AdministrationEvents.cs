using System.Runtime.InteropServices;

namespace Exchange.Matching.Events;

/// <summary>A request came again under its id: nothing was done, this is what was done the first time.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct RequestRepeated
{
    public EventType Type;

    /// <summary>Sequence of the request's first command.</summary>
    public long FirstSequence;

    /// <summary>The id of what was created then (account, key, symbol, asset, operator); 0 when nothing was.</summary>
    public int ResultId;
}

/// <summary>A further key of an account; its value and ciphertext stand in the command.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct ApiKeyAdded
{
    public EventType Type;
    public int AccountId;

    /// <summary>Position in the order of registration, from 0; keys of openings count too.</summary>
    public int KeyId;
}

/// <summary>The key is enabled (1) or disabled (0).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct ApiKeyChanged
{
    public EventType Type;
    public int KeyId;
    public byte IsEnabled;
}

/// <summary>The account may place orders (1) or only cancel (0).</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct AccountChanged
{
    public EventType Type;
    public int AccountId;
    public byte IsEnabled;
}

/// <summary>The account has other order limits; 0 is none.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OrderLimitsChanged
{
    public EventType Type;
    public int AccountId;
    public int Per10Seconds;
    public int PerDay;
}

/// <summary>Trading is halted (1) or resumed (0) on a symbol, or on all: `TradingCommandCodec.NoSymbol`.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct HaltChanged
{
    public EventType Type;
    public ushort SymbolId;
    public byte IsHalted;
}

/// <summary>A new operator; name, role and the token's hash stand in the command.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OperatorCreated
{
    public EventType Type;

    /// <summary>From 1, in the order of creation.</summary>
    public ushort OperatorId;
}

/// <summary>The operator is enabled (1) or disabled (0), or has the token of the command, or both.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct OperatorChanged
{
    public EventType Type;
    public ushort OperatorId;
    public byte IsEnabled;
    public byte HasNewToken;
}
