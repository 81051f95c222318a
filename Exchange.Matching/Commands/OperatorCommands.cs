using Exchange.Matching.Administration;

namespace Exchange.Matching.Commands;

/// <summary>What an operator may do. Journaled: a number is never reused.</summary>
public enum OperatorRole : byte
{
    /// <summary>Everything, operators included.</summary>
    Administrator = 1,

    /// <summary>Everything but operators.</summary>
    Operator = 2,

    /// <summary>Reads only.</summary>
    Auditor = 3,
}

/// <summary>Creates an operator.</summary>
/// <param name="Name">See <see cref="OperatorTable.IsName"/>.</param>
/// <param name="TokenHash">SHA-256 of the token; the token itself is never in a command.</param>
public sealed record CreateOperatorCommand(string Name, OperatorRole Role, byte[] TokenHash)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[3 + System.Text.Encoding.UTF8.GetByteCount(Name) + OperatorTable.TokenHashLength];
        var writer = new BodyWriter(bytes);
        writer.Text(Name);
        writer.Byte((byte)Role);
        writer.Fixed(TokenHash);
        return bytes;
    }

    /// <summary>Returns the command, or null when the bytes are malformed or the role is none.</summary>
    public static CreateOperatorCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new CreateOperatorCommand(
            reader.Text(), (OperatorRole)reader.Byte(), reader.Fixed(OperatorTable.TokenHashLength).ToArray());
        return reader.IsComplete && command.Role is >= OperatorRole.Administrator and <= OperatorRole.Auditor ? command : null;
    }
}

/// <summary>Makes the named operator, new or known, an enabled administrator with this token.</summary>
public sealed record AppointOperatorCommand(string Name, byte[] TokenHash)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[2 + System.Text.Encoding.UTF8.GetByteCount(Name) + OperatorTable.TokenHashLength];
        var writer = new BodyWriter(bytes);
        writer.Text(Name);
        writer.Fixed(TokenHash);
        return bytes;
    }

    /// <summary>Returns the command, or null when the bytes are malformed.</summary>
    public static AppointOperatorCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new AppointOperatorCommand(reader.Text(), reader.Fixed(OperatorTable.TokenHashLength).ToArray());
        return reader.IsComplete ? command : null;
    }
}

/// <summary>Enables or disables an operator.</summary>
public readonly record struct SetOperatorCommand(int OperatorId, bool IsEnabled)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[3];
        var writer = new BodyWriter(bytes);
        writer.UInt16(OperatorId);
        writer.Byte(IsEnabled ? (byte)1 : (byte)0);
        return bytes;
    }

    /// <summary>Returns whether the bytes are well formed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out SetOperatorCommand command)
    {
        var reader = new BodyReader(body);
        var operatorId = reader.UInt16();
        var enabled = reader.Byte();
        command = new SetOperatorCommand(operatorId, enabled == 1);
        return reader.IsComplete && enabled <= 1;
    }
}

/// <summary>Gives an operator another token; the old one ends with this command.</summary>
public sealed record ReplaceOperatorTokenCommand(int OperatorId, byte[] TokenHash)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[2 + OperatorTable.TokenHashLength];
        var writer = new BodyWriter(bytes);
        writer.UInt16(OperatorId);
        writer.Fixed(TokenHash);
        return bytes;
    }

    /// <summary>Returns the command, or null when the bytes are malformed.</summary>
    public static ReplaceOperatorTokenCommand? Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        var command = new ReplaceOperatorTokenCommand(reader.UInt16(), reader.Fixed(OperatorTable.TokenHashLength).ToArray());
        return reader.IsComplete ? command : null;
    }
}
