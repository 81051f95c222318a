using System.Runtime.Versioning;
using Exchange.Host.Composition;
using Exchange.Matching.Journal;
using Exchange.Tests.Support;
using Exchange.Tests.Support.Services;
using NUnit.Framework;

namespace Exchange.Tests.EndToEnd;

/// <summary>What `rebuild` and `verify` say of a queue, a stream, tables and the archive, on a data directory with a journal: one line that names what is wrong.</summary>
[SupportedOSPlatform("linux")]
public sealed class StoreVerbTests
{
    private readonly StreamJournal _stream = new(seed: 6, commands: 40, withHashes: false);
    private HostProcess _host = null!;
    private string _queue = "";

    [SetUp]
    public void Write()
    {
        _host = new HostProcess();
        using (var appender = StreamJournal.Open(new FileStorage(_host.DataDirectory, JournalSyncMethod.Fdatasync, _ => { }), JournalEnd.Empty))
        {
            _stream.Write(appender, new Random(1), 0, _stream.Records.Count);
        }

        _queue = LocalServices.NewName("verbs") + ".fifo";
        _host.Settings["Exchange__Replication__Sql__Provider"] = "none";
        _host.Settings["Exchange__Replication__Sqs__Queue"] = _queue;
        _host.Settings["AWS_REGION"] = "eu-central-1";
        _host.Settings["AWS_ACCESS_KEY_ID"] = "x";
        _host.Settings["AWS_SECRET_ACCESS_KEY"] = "x";
        _host.Settings["AWS_ENDPOINT_URL_SQS"] = LocalServices.Shared.SqsUrl.ToString();
    }

    [TearDown]
    public async Task End() => await _host.DisposeAsync();

    [Test]
    public async Task A_queue_that_is_missing_is_named()
    {
        await AssertSaysAsync(ExchangeService.FailureExitCode, $"verify sqs: there is no queue '{_queue}'", "verify", "sqs");
    }

    [Test]
    public async Task A_queue_that_cannot_be_reached_is_told_in_a_line()
    {
        _host.Settings["AWS_ENDPOINT_URL_SQS"] = HostProcess.NewUrl();

        await AssertSaysAsync(ExchangeService.FailureExitCode, "verify sqs: Connection refused", "verify", "sqs");
    }

    [Test]
    public async Task A_queue_is_set_back_and_verified_as_far_as_it_can_be()
    {
        _host.Settings["Exchange__Replication__Sqs__Create"] = "true";

        await AssertSaysAsync(0, $"sqs stands at sequence 0 of {_stream.Records.Count} now: the next start goes on from there", "rebuild", "sqs");
        await AssertSaysAsync(
            0, $"sqs at sequence 0 of {_stream.Records.Count} equals the journal (position and symbols alone: what was delivered cannot be looked at)", "verify", "sqs");
    }

    [Test]
    public async Task Tables_are_rebuilt_and_verified_and_named_where_they_are_missing()
    {
        var prefix = LocalServices.NewName("verbs");
        _host.Settings["Exchange__Replication__DynamoDb__TablePrefix"] = prefix;
        _host.Settings["AWS_ENDPOINT_URL_DYNAMODB"] = LocalServices.Shared.DynamoDbUrl.ToString();
        await AssertSaysAsync(ExchangeService.FailureExitCode, $"verify dynamodb: there is no table '{prefix}-orders'", "verify", "dynamodb");

        _host.Settings["Exchange__Replication__DynamoDb__Create"] = "true";
        await AssertSaysAsync(0, $"rebuilt dynamodb to sequence {_stream.Records.Count} of {_stream.Records.Count}", "rebuild", "dynamodb");
        await AssertSaysAsync(0, $"dynamodb at sequence {_stream.Records.Count} of {_stream.Records.Count} equals the journal", "verify", "dynamodb");

        _host.Settings["AWS_ENDPOINT_URL_DYNAMODB"] = HostProcess.NewUrl();
        await AssertSaysAsync(ExchangeService.FailureExitCode, "verify dynamodb: Connection refused", "verify", "dynamodb");
    }

    [Test]
    public async Task What_is_not_configured_is_told_with_what_is()
    {
        await AssertSaysAsync(ExchangeService.FailureExitCode, "verify kinesis: no store 'kinesis' is configured: write sqs", "verify", "kinesis");
        await AssertSaysAsync(ExchangeService.FailureExitCode, "verify archive: no archive is configured: set Exchange:Archive:Directory", "verify", "archive");
    }

    [Test]
    public async Task An_archive_is_verified_and_never_made_anew()
    {
        var archive = Directory.CreateTempSubdirectory("exchange-archive-").FullName;
        try
        {
            _host.Settings["Exchange__Archive__Directory"] = archive;

            await AssertSaysAsync(0, $"archive at sequence 0 of {_stream.Records.Count} equals the journal", "verify", "archive");
            await AssertSaysAsync(ExchangeService.FailureExitCode, "rebuild archive: the archive is not made from the journal", "rebuild", "archive");
        }
        finally
        {
            Directory.Delete(archive, recursive: true);
        }
    }

    private async Task AssertSaysAsync(int exitCode, string line, params string[] words)
    {
        var (code, output) = await _host.RunVerbAsync(words);

        Assert.That((code, output), Is.EqualTo((exitCode, output)));
        Assert.That(output, Does.Contain(line));
        Assert.That(output, Does.Not.Contain("   at "), "no stack");
    }
}
