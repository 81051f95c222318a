using Exchange.Matching.Book;

namespace Exchange.Matching.Commands;

/// <summary>What kind of exchange a data directory holds. Journaled: a number is never reused.</summary>
public enum ExchangeMode : byte
{
    /// <summary>Accounts and markets may be made at will (`POST /sandbox/*`); never real money.</summary>
    Sandbox = 1,

    Venue = 2,
}

/// <summary>
/// The first command of every journal: what steers behaviour and never changes afterwards.
/// </summary>
/// <param name="Mode">Sandbox or venue.</param>
/// <param name="LogicVersion">The rules by which commands are executed; guards changes of behaviour.</param>
/// <param name="WorkLimit">Most trades or cancels of one command (1 to 10,000); the rest continues in commands of its own.</param>
/// <param name="SweepLevelLimit">Most price levels that one market or fill-or-kill order looks through (1 to 1,000,000).</param>
/// <param name="RestingOrderLimit">Most resting orders of the whole exchange (1 to 67,108,863: the order store reserves room for no more).</param>
public sealed record GenesisCommand(ExchangeMode Mode, int LogicVersion, int WorkLimit, int SweepLevelLimit, int RestingOrderLimit)
{
    /// <summary>The rules that this build executes.</summary>
    public const int CurrentLogicVersion = 1;

    /// <summary>Returns the genesis of a new data directory: 1,000 per command, 10,000 levels, 50 million resting orders.</summary>
    public static GenesisCommand Default(ExchangeMode mode) => new(mode, CurrentLogicVersion, 1_000, 10_000, 50_000_000);

    public byte[] ToBytes()
    {
        var bytes = new byte[17];
        var writer = new BodyWriter(bytes);
        writer.Byte((byte)Mode);
        writer.Int32(LogicVersion);
        writer.Int32(WorkLimit);
        writer.Int32(SweepLevelLimit);
        writer.Int32(RestingOrderLimit);
        return bytes;
    }

    /// <summary>Returns the command, or null when the bytes are malformed or a number is out of range.</summary>
    public static GenesisCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new GenesisCommand((ExchangeMode)reader.Byte(), reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32());
        return reader.IsComplete
            && command.Mode is ExchangeMode.Sandbox or ExchangeMode.Venue
            && command.LogicVersion >= 1
            && command.WorkLimit is >= 1 and <= 10_000
            && command.SweepLevelLimit is >= 1 and <= 1_000_000
            && command.RestingOrderLimit is >= 1 and < OrderStore.MaxOrders
            ? command
            : null;
    }
}
