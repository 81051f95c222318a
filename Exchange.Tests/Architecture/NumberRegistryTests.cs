using Exchange.Matching.Commands;
using Exchange.Tests.Support.Golden;
using NUnit.Framework;

namespace Exchange.Tests.Architecture;

/// <summary>Numbers of commands, events, rejects and fields that a journal holds are never changed and never used again (RELIABILITY.md, J2).</summary>
public sealed class NumberRegistryTests
{
    [Test]
    public void Every_journaled_number_means_what_it_always_meant() =>
        Assert.That(NumberRegistry.Compare(NumberRegistry.Read(), NumberRegistry.OfCode(NumberRegistry.Enumerations)), Is.Empty);

    /// <summary>Numbers that are no part of a journal or snapshot.</summary>
    [Test]
    public void Every_enumeration_of_fixed_width_in_the_core_is_registered()
    {
        string[] notJournaled = ["ClaimClass", "PendingKind"];
        var found = typeof(CommandType).Assembly.GetTypes()
            .Where(type => type.IsEnum && Enum.GetUnderlyingType(type) != typeof(int) && !notJournaled.Contains(type.Name));

        Assert.That(found.Except(NumberRegistry.Enumerations), Is.Empty, "add it to NumberRegistry, or to the list here");
    }

    [TestCase("Kind 1 First;Kind 2 Second", "", TestName = "The_same_numbers_are_no_fault")]
    [TestCase("Kind 1 First", "add the line 'Kind 2 Second'", TestName = "A_new_number_is_to_be_registered")]
    [TestCase("Kind 1 First;Kind 2 Second;Kind 3 Third", "Kind 3 Third is gone", TestName = "A_number_that_is_gone_is_a_fault")]
    [TestCase("Kind 1 Former;Kind 2 Second", "Kind 1 was Former and is First", TestName = "A_number_with_another_name_is_a_fault")]
    [TestCase("Kind 3 First;Kind 2 Second", "Kind 3 was First and is nothing", TestName = "A_name_with_another_number_is_a_fault")]
    [TestCase("Kind 1 First;Kind 2 Old retired", "Kind 2 Old is retired", TestName = "A_retired_number_does_not_come_back")]
    [TestCase("Kind 1 First;Kind 2 Second;Kind 9 Third retired", "", TestName = "A_retired_number_stays_in_the_registry")]
    [TestCase("Kind 1 First;Kind 2 Second;Kind 2 Second retired", "more than once", TestName = "A_number_is_registered_once")]
    public void Registry_finds_what_it_forbids(string registry, string fault)
    {
        NumberRegistry.Entry[] code = [new("Kind", 1, "First", false), new("Kind", 2, "Second", false)];
        var known = registry.Split(';').Select(line => line.Split(' '))
            .Select(fields => new NumberRegistry.Entry(fields[0], long.Parse(fields[1]), fields[2], fields.Length == 4))
            .ToArray();

        var faults = NumberRegistry.Compare(known, code);

        Assert.That(faults, fault.Length == 0 ? Is.Empty : Has.Some.Contains(fault));
    }
}
