namespace Exchange.Benchmarks;
internal static class JournalCommand
{
    public static BenchmarkCommand Command { get; } = new("journal", "", [], (_, _, _) => Task.FromResult(1));
}
