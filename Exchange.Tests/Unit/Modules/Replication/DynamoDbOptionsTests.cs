using System.ComponentModel.DataAnnotations;
using Exchange.Replication;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

public sealed class DynamoDbOptionsTests
{
    [Test]
    public void The_defaults_are_valid_and_off()
    {
        Assert.That(Wrong(new DynamoDbOptions()), Is.Empty);
        Assert.That(new DynamoDbOptions().TablePrefix, Is.Empty);
    }

    [TestCase("exchange-production", true)]
    [TestCase("a table", false)]
    [TestCase("a/b", false)]
    public void A_prefix_is_the_begin_of_a_tables_name(string prefix, bool isTaken) =>
        Assert.That(Wrong(new DynamoDbOptions { TablePrefix = prefix }), isTaken ? Is.Empty : Has.Some.Contains("TablePrefix"));

    [TestCase(nameof(DynamoDbOptions.RequestsAtOnce), 0, 257)]
    [TestCase(nameof(DynamoDbOptions.BatchItems), 0, 100_001)]
    [TestCase(nameof(DynamoDbOptions.OpenOrdersCached), -1, 10_000_001)]
    [TestCase(nameof(DynamoDbOptions.DepthLevels), 0, 5_001)]
    [TestCase(nameof(DynamoDbOptions.BookIntervalMs), -1, 10_001)]
    public void A_number_out_of_its_range_is_named(string option, int tooSmall, int tooLarge)
    {
        foreach (var number in (int[])[tooSmall, tooLarge])
        {
            var options = new DynamoDbOptions();
            typeof(DynamoDbOptions).GetProperty(option)!.SetValue(options, number);
            Assert.That(Wrong(options), Has.One.StartsWith($"{DynamoDbOptions.Section}:{option} "));
        }
    }

    private static List<string> Wrong(DynamoDbOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.ConvertAll(result => result.ErrorMessage!);
    }
}
