// Why: these types break the rules on purpose, and with them the analyzers' advice.
#pragma warning disable

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Exchange.Tests.Architecture.Violations;

// Each type breaks the rule that its name begins with, in every public method; nothing calls them.

internal static class FloatingPointViolation
{
    public static long Convert(long value) => (long)(value * 1.5);

    public static object Parameter(float value) => value;

    public static object Argument() => new List<double>();

    public static object GenericMethod() => Array.Empty<double>();

    public static TimeSpan Call() => TimeSpan.FromMilliseconds(1L, 0) * 2;
}

internal static class ClockViolation
{
    public static long Now() => DateTime.UtcNow.Ticks;

    public static long NowWithOffset() => DateTimeOffset.UtcNow.Ticks;

    public static long Elapsed() => Stopwatch.GetTimestamp();

    public static long Ticks() => Environment.TickCount64 + Environment.TickCount;

    public static long Provider() => TimeProvider.System.GetTimestamp();

    /// <summary>The one place that may ask: not found by the rule.</summary>
    internal static class SystemClock
    {
        internal static long Now() => Stopwatch.GetTimestamp();
    }
}

internal static class TelemetryViolation
{
    public static object Meters() => new System.Diagnostics.Metrics.Meter("m");

    public static object Sources() => new ActivitySource("s");

    public static object Spans() => Activity.Current;
}

internal static class RandomnessViolation
{
    public static int Shared() => Random.Shared.Next();

    public static int Seeded() => new Random(1).Next();

    public static Guid Guids() => Guid.NewGuid();

    public static int Secure() => RandomNumberGenerator.GetInt32(5);
}

internal static class ProcessHashViolation
{
    public static int OfText(string text) => text.GetHashCode();

    public static int OfObject(object value) => value.GetHashCode();

    public static int Combined(int left, int right) => HashCode.Combine(left, right);
}

internal static class HashOrderViolation
{
    public static int Loop(Dictionary<int, int> table)
    {
        var sum = 0;
        foreach (var entry in table)
        {
            sum += entry.Value;
        }

        return sum;
    }

    public static object Set(HashSet<int> set) => set.GetEnumerator();

    public static object Keys(Dictionary<int, int> table) => table.Keys;

    public static object Values(IReadOnlyDictionary<int, int> table) => table.Values;

    public static object Linq(Dictionary<int, int> table) => table.First();

    public static object Concurrent(System.Collections.Concurrent.ConcurrentDictionary<int, int> table) => table.Values;

    public static object Frozen(System.Collections.Frozen.FrozenDictionary<int, int> table) => table.Keys;
}

internal static class CultureViolation
{
    public static int Parse(string text) => int.Parse(text);

    public static string Format(long number) => number.ToString("N");

    public static string Upper(string text) => text.ToUpper();

    public static bool Starts(string text) => text.StartsWith("a");

    public static int Compare(string text) => string.Compare(text, "a");

    public static string Current() => CultureInfo.CurrentCulture.Name;
}

internal static class SleepViolation
{
    public static void Block() => Thread.Sleep(1);

    public static Task Delay() => Task.Delay(1);
}

internal static class FrameworkFlushViolation
{
    public static void Stream(FileStream stream) => stream.Flush(true);

    public static void Handle(Microsoft.Win32.SafeHandles.SafeFileHandle handle) => RandomAccess.FlushToDisk(handle);
}
