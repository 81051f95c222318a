using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests;

/// <summary>Behind the last test of the assembly, whatever became of it: the stores that tests have started are ended.</summary>
[SetUpFixture]
public sealed class ServicesOfTheTestRun
{
    [OneTimeTearDown]
    public void End() => SharedServices.End();
}
