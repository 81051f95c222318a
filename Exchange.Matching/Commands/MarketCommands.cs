namespace Exchange.Matching.Commands;

/// <summary>Creates an asset, so that accounts may hold it before a symbol trades it.</summary>
/// <param name="Name">1 to 20 characters of A-Z, 0-9, '-', '_', '.'.</param>
/// <param name="Scale">Decimals of its unit, 0 to 8.</param>
public sealed record AddAssetCommand(string Name, int Scale)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[3 + System.Text.Encoding.UTF8.GetByteCount(Name)];
        var writer = new BodyWriter(bytes);
        writer.Text(Name);
        writer.Byte((byte)Scale);
        return bytes;
    }

    /// <summary>Returns the command, not yet validated, or null when the bytes are malformed.</summary>
    public static AddAssetCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new AddAssetCommand(reader.Text(), reader.Byte());
        return reader.IsComplete ? command : null;
    }
}

/// <summary>Halts or resumes trading: while halted, orders are cancelled but not placed, moved or matched.</summary>
/// <param name="SymbolId">The symbol, or <see cref="TradingCommandCodec.NoSymbol"/> for all, present and future.</param>
public readonly record struct SetHaltCommand(int SymbolId, bool IsHalted)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[3];
        var writer = new BodyWriter(bytes);
        writer.UInt16(SymbolId);
        writer.Byte(IsHalted ? (byte)1 : (byte)0);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SetHaltCommand command)
    {
        var reader = new BodyReader(body);
        var symbolId = reader.UInt16();
        var halted = reader.Byte();
        command = new SetHaltCommand(symbolId, halted == 1);
        return reader.IsComplete && halted <= 1;
    }
}

/// <summary>
/// Cancels every open order of an account, of a symbol, of an account on a symbol, or of all. With <see cref="Blocks"/> it is a kill switch:
/// the account is disabled, or where none is named the symbol (or the venue) halted, in this very command; the cancels follow as bounded work.
/// </summary>
/// <param name="AccountId">0 for every account.</param>
/// <param name="SymbolId"><see cref="TradingCommandCodec.NoSymbol"/> for every symbol.</param>
public readonly record struct CancelOrdersCommand(int AccountId, int SymbolId, bool Blocks)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[7];
        var writer = new BodyWriter(bytes);
        writer.Int32(AccountId);
        writer.UInt16(SymbolId);
        writer.Byte(Blocks ? (byte)1 : (byte)0);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out CancelOrdersCommand command)
    {
        var reader = new BodyReader(body);
        var accountId = reader.Int32();
        var symbolId = reader.UInt16();
        var blocks = reader.Byte();
        command = new CancelOrdersCommand(accountId, symbolId, blocks == 1);
        return reader.IsComplete && blocks <= 1;
    }
}
