using System.Net;
using Npgsql;

namespace Exchange.Replication.Sql.Postgres;

/// <summary>
/// Connection strings of the history on PostgreSQL: the options' one, made safe. Certificate and host name are verified unless the string says
/// `Disable`, `Require` or `VerifyCA`, or the server is on this machine. No message of this class shows what the string holds.
/// </summary>
internal static class PostgresConnections
{
    /// <summary>Returns whether the text is a connection string that names a server; <paramref name="wrong"/> says why not.</summary>
    public static bool TryParse(string text, out NpgsqlConnectionStringBuilder parsed, out string wrong)
    {
        parsed = [];
        try
        {
            parsed.ConnectionString = text;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            wrong = "is no connection string of Npgsql";
            return false;
        }

        wrong = string.IsNullOrWhiteSpace(parsed.Host) ? "names no Host" : "";
        return wrong.Length == 0;
    }

    /// <summary>For the one writer: a connection of its own, ended with it.</summary>
    public static string ForWriting(SqlOptions options, string schema)
    {
        var settings = Settings(options, schema);
        settings.Pooling = false;
        return settings.ConnectionString;
    }

    /// <summary>For readers: as many connections as there are queries at once.</summary>
    public static string ForReading(SqlOptions options, string schema)
    {
        var settings = Settings(options, schema);
        settings.Pooling = true;
        settings.MaxPoolSize = options.QueriesAtOnce;
        settings.MaxAutoPrepare = 32;
        settings.AutoPrepareMinUsages = 2;
        settings.CommandTimeout = Math.Max(1, options.BusyTimeoutMs / 1_000);
        return settings.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder Settings(SqlOptions options, string schema)
    {
        if (!TryParse(options.ConnectionString, out var settings, out var wrong))
        {
            throw new InvalidOperationException($"{SqlOptions.Section}:{nameof(options.ConnectionString)} {wrong}");
        }

        // Why: Npgsql's default takes a server without a certificate, or with anyone's.
        if (settings.SslMode is SslMode.Prefer or SslMode.Allow && !IsThisMachine(settings.Host!))
        {
            settings.SslMode = SslMode.VerifyFull;
        }

        settings.SearchPath = schema;
        settings.Timeout = options.ConnectTimeoutSeconds;
        settings.CommandTimeout = options.CommandTimeoutSeconds;
        settings.CancellationTimeout = 1_000;
        settings.TcpKeepAlive = true;
        settings.ApplicationName ??= "exchange";
        return settings;
    }

    private static bool IsThisMachine(string hosts) => hosts.Split(',').All(host =>
        host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));
}
