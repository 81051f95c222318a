using System.ComponentModel.DataAnnotations;
using Exchange.Replication;
using Exchange.Replication.Sql.Postgres;
using Npgsql;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Modules.Replication;

/// <summary>The connection to PostgreSQL is safe unless the options say otherwise, and nothing tells what its string holds.</summary>
public sealed class SqlOptionsTests
{
    private const string Password = "correct-horse";

    [TestCase("Host=db.example.com", SslMode.VerifyFull)]
    [TestCase("Host=127.0.0.1,db.example.com", SslMode.VerifyFull)]
    [TestCase("Host=db.example.com;SSL Mode=Prefer", SslMode.VerifyFull)]
    [TestCase("Host=db.example.com;SSL Mode=VerifyCA", SslMode.VerifyCA)]
    [TestCase("Host=db.example.com;SSL Mode=Disable", SslMode.Disable)]
    [TestCase("Host=127.0.0.1", SslMode.Prefer)]
    [TestCase("Host=localhost", SslMode.Prefer)]
    [TestCase("Host=/var/run/postgresql", SslMode.Prefer)]
    public void Certificates_are_verified_but_for_this_machine(string connection, SslMode expected)
    {
        var options = new SqlOptions { Provider = "postgres", ConnectionString = connection };

        Assert.That(new NpgsqlConnectionStringBuilder(PostgresConnections.ForWriting(options, "x")).SslMode, Is.EqualTo(expected));
        Assert.That(new NpgsqlConnectionStringBuilder(PostgresConnections.ForReading(options, "x")).SslMode, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase($"Password={Password}")]
    [TestCase($"Hots=db;Password={Password}")]
    [TestCase($"Host=db;Port={Password}")]
    [TestCase(Password)]
    public void A_wrong_connection_string_is_refused_without_being_shown(string connection)
    {
        var results = new List<ValidationResult>();
        var options = new SqlOptions { Provider = "postgres", ConnectionString = connection };

        Assert.That(Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true), Is.False);
        Assert.That(results.Single().ErrorMessage, Does.StartWith("Exchange:Replication:Sql:ConnectionString").And.Not.Contain(Password));
    }

    [TestCase("postgres", true)]
    [TestCase("sqlite", true)]
    [TestCase("none", true)]
    [TestCase("oracle", false)]
    public void Providers_are_known(string provider, bool isKnown)
    {
        var options = new SqlOptions { Provider = provider, ConnectionString = "Host=db" };

        Assert.That(Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true), Is.EqualTo(isKnown));
    }

    [TestCase("exchange", true)]
    [TestCase("Exchange", false)]
    [TestCase("x\"; DROP SCHEMA public", false)]
    public void A_schema_is_a_plain_name(string schema, bool isTaken)
    {
        var options = new SqlOptions { Schema = schema };

        Assert.That(Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true), Is.EqualTo(isTaken));
    }
}
