using Exchange.Host.Admin;
using Exchange.Host.Admin.CommandLine;
using Exchange.Tests.Support;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Admin;

public sealed class AdminCommandLineTests
{
    [TestCase("create market", "create-market")]
    [TestCase("create-market", "create-market")]
    public void A_verb_is_read_with_spaces_or_with_dashes(string words, string expected)
    {
        var arguments = Parse($"{words} --name BTCUSDT --base-asset BTC --quote-asset=USDT --tick-size 0.01 --max-price 1 --lot-size 0.1 --max-quantity 1 --reason new --token-file t")!;

        Assert.That(arguments.Verb.PathName, Is.EqualTo(expected));
        Assert.That(arguments.Fields["quoteAsset"], Is.EqualTo("USDT"));
        Assert.That((arguments.Url, arguments.TokenFile, arguments.Reason, arguments.IsJson), Is.EqualTo((AdminArguments.DefaultUrl, "t", "new", false)));
        Assert.That(arguments.RequestId, Is.Not.EqualTo(Guid.Empty));
    }

    [Test]
    public void Switches_stand_alone_or_take_a_value()
    {
        Assert.That(Parse("cancel orders --symbol * --block --reason r --token-file t --json")!.Fields["block"], Is.EqualTo("true"));
        Assert.That(Parse("cancel orders --block false --symbol * --reason r --token-file t")!.Fields["block"], Is.EqualTo("false"));
        Assert.That(Parse("cancel orders --symbol * --block --reason r --token-file t --json")!.IsJson, Is.True);
    }

    [Test]
    public void Address_and_token_file_may_come_from_the_environment_and_the_line_wins()
    {
        string? Environment(string name) => name switch { AdminArguments.UrlVariable => "http://a:1", AdminArguments.TokenFileVariable => "file", _ => null };

        var fromEnvironment = AdminArguments.Parse(["show", "status"], Environment, out _)!;
        var fromLine = AdminArguments.Parse(["show", "status", "--url", "http://b:2"], Environment, out _)!;

        Assert.That((fromEnvironment.Url, fromEnvironment.TokenFile), Is.EqualTo(("http://a:1", "file")));
        Assert.That(fromLine.Url, Is.EqualTo("http://b:2"));
    }

    [TestCase("", "'' is no verb")]
    [TestCase("delete everything --token-file t", "'delete everything' is no verb")]
    [TestCase("halt --symbol X --reason r", "--token-file is missing")]
    [TestCase("halt --symbol X --token-file t", "--reason is missing")]
    [TestCase("halt --reason r --token-file t", "--symbol is missing: name of the market, or * for the whole venue")]
    [TestCase("halt --symbol X --symbol Y --reason r --token-file t", "--symbol is given twice")]
    [TestCase("halt --token abc", "'--token' is unknown to `halt`; known are --symbol, --reason, --request-id, --url, --token-file, --json")]
    [TestCase("show status --reason r --token-file t", "'--reason' is unknown to `show status`")]
    [TestCase("halt --reason r --token-file t --symbol", "--symbol needs a value")]
    [TestCase("halt --symbol X --reason r --token-file t --request-id 5", "--request-id '5' is no UUID")]
    [TestCase("halt --symbol X --reason r --token-file t --url nowhere", "--url 'nowhere' is no address")]
    public void A_wrong_line_is_told_with_what_to_write(string line, string text)
    {
        Assert.That(AdminArguments.Parse(Words(line), _ => null, out var error), Is.Null);
        Assert.That(error, Does.StartWith(text));
    }

    [Test]
    public async Task Help_lists_every_verb_and_every_option()
    {
        var output = new StringWriter();
        Assert.That(await AdminCommand.RunAsync(["help"], output, TextWriter.Null), Is.Zero);
        foreach (var verb in AdminVerbs.All)
        {
            Assert.That(output.ToString(), Does.Contain($"  {verb.Name} "));
            var ofVerb = new StringWriter();
            Assert.That(await AdminCommand.RunAsync([.. verb.Name.Split(' '), "--help"], ofVerb, TextWriter.Null), Is.Zero);
            Assert.That(verb.Fields.Select(field => field.Option).Where(option => !ofVerb.ToString().Contains($"  {option} ")), Is.Empty, verb.Name);
        }
    }

    [Test]
    public async Task Exit_codes_tell_a_wrong_line_a_bad_token_file_and_nobody_there()
    {
        var folder = Directory.CreateTempSubdirectory("exchange-admin-");
        try
        {
            var file = Path.Combine(folder.FullName, "token");
            string[] Line(string tokenFile) => ["show", "status", "--token-file", tokenFile, "--url", HostProcess.NewUrl()];

            Assert.That(await AdminCommand.RunAsync(["nothing"], TextWriter.Null, TextWriter.Null), Is.EqualTo(64));
            Assert.That(await AdminCommand.RunAsync(Line(file), TextWriter.Null, TextWriter.Null), Is.EqualTo(64), "no file");
            await File.WriteAllTextAsync(file, "short");
            Assert.That(await AdminCommand.RunAsync(Line(file), TextWriter.Null, TextWriter.Null), Is.EqualTo(64), "no token");
            await File.WriteAllTextAsync(file, new string('t', 40));
            Assert.That(await AdminCommand.RunAsync(Line(file), TextWriter.Null, TextWriter.Null), Is.EqualTo(69), "nobody listens");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase("""{"sequence":7,"repeated":false}""", "sequence  7\nrepeated  false")]
    [TestCase("""[]""", "none")]
    [TestCase("""[{"account":1,"balances":[{"asset":"BTC","free":"1"}]},{"account":12,"balances":[]}]""", "account  balances\n1        asset BTC free 1\n12       none")]
    public void Answers_are_lines_and_tables(string json, string text) => Assert.That(AdminText.Of(json), Is.EqualTo(text));

    private static AdminArguments? Parse(string line)
    {
        var arguments = AdminArguments.Parse(Words(line), _ => null, out var error);
        Assert.That(error, Is.Empty);
        return arguments;
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
