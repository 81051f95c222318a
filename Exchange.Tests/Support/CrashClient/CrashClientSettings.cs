namespace Exchange.Tests.Support.CrashClient;

/// <summary>What one run of the crash client does.</summary>
/// <param name="Url">Scheme, host and port of the exchange.</param>
/// <param name="LedgerPath">File that the run appends to.</param>
/// <param name="Run">Number that makes this run's request ids its own.</param>
/// <param name="Seed">Of everything random in it.</param>
/// <param name="Connections">Workers, each with one connection and one request under way.</param>
/// <param name="AnnounceAt">Number of answers after which <see cref="CrashClientProgram.EnoughLine"/> is printed.</param>
/// <param name="Accounts">Who trades; the workers take turns.</param>
public sealed record CrashClientSettings(
    string Url, string LedgerPath, int Run, ulong Seed, int Connections, int AnnounceAt, IReadOnlyList<TradingAccount> Accounts);
