using System.Reflection;
using BenchmarkDotNet.Attributes;
using Exchange.Benchmarks;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Benchmarks;

/// <summary>The suites measure what works: each benchmark runs once, as BenchmarkDotNet would call it.</summary>
public sealed class SuitesTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    [TestCaseSource(nameof(Suites))]
    public void Every_benchmark_of_a_suite_does_its_work(Type type)
    {
        var suite = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(Declared))
        {
            property.SetValue(suite, property.GetCustomAttribute<ParamsAttribute>()!.Values[0]);
        }

        Invoke<GlobalSetupAttribute>(suite);
        var results = Invoke<BenchmarkAttribute>(suite);
        Invoke<GlobalCleanupAttribute>(suite);

        // A benchmark that returns something returns nothing empty: a length, a count, a checksum, true.
        Assert.That(results, Is.Not.Empty);
        Assert.That(results.Where(result => result.Value is 0 or 0L or 0u or false).Select(result => result.Name), Is.Empty);
    }

    private static IEnumerable<Type> Suites => SuitesCommand.Suites;

    private static List<(string Name, object? Value)> Invoke<TAttribute>(object suite)
        where TAttribute : Attribute =>
        [.. suite.GetType().GetMethods(Declared).Where(method => method.IsDefined(typeof(TAttribute))).Select(method => (method.Name, method.Invoke(suite, null)))];
}
