using System.Text.Json;
using Exchange.Host.Api;
using Exchange.Host.Api.Endpoints;
using Exchange.Host.Api.OpenApi;
using Exchange.Tests.Support.Fakes;
using NUnit.Framework;

namespace Exchange.Tests.Unit.Host.Api.OpenApi;

/// <summary>The document says what the endpoints do: the same rows, the same parameters, each of which is looked at.</summary>
public sealed class OpenApiDocumentTests
{
    /// <summary>Legal in no parameter.</summary>
    private const string Garbage = "%01";

    private static readonly string[] SignatureNames = ["recvWindow", "timestamp", "signature"];

    [TestCase(true)]
    [TestCase(false)]
    public void Every_row_is_in_the_document_with_its_parameters_and_nothing_else_is(bool isSandbox)
    {
        using var document = JsonDocument.Parse(OpenApiDocument.Write(isSandbox));

        var documented =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            let names = operation.Value.GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString())
            select $"{operation.Name.ToUpperInvariant()} {path.Name}: {string.Join(' ', names)} weighs {operation.Value.GetProperty("x-weight")}";
        var rows = EndpointTable.Rows.Where(row => isSandbox || !row.IsSandboxOnly).Select(row =>
        {
            var names = row.Parameters.Concat(row.Security == EndpointSecurity.None ? [] : SignatureNames);
            return $"{row.Method} {row.Path}: {string.Join(' ', names)} weighs {row.Weight(new ApiRequest())}";
        });

        Assert.That(documented, Is.EquivalentTo(rows));
    }

    [Test]
    public void Nothing_is_described_that_is_not_there() => Assert.That(
        OperationCatalogue.All.Select(operation => $"{operation.Method} {operation.Path}"),
        Is.EquivalentTo(EndpointTable.Rows.Select(row => $"{row.Method} {row.Path}")));

    [Test]
    public void The_document_is_valid_OpenAPI()
    {
        using var stream = new MemoryStream(OpenApiDocument.Write(isSandbox: true));

        var read = Microsoft.OpenApi.OpenApiDocument.Load(stream, "json");

        Assert.That(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"), Is.Empty);
        Assert.That(read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"), Is.Empty);
        Assert.That(read.Document!.Paths, Has.Count.EqualTo(EndpointTable.Rows.Select(row => row.Path).Distinct().Count()));
        var ids = read.Document.Paths.SelectMany(path => path.Value.Operations!).Select(operation => operation.Value.OperationId);
        Assert.That(ids, Is.Unique);
    }

    [TestCaseSource(nameof(ReadParameters))]
    public async Task A_documented_parameter_is_looked_at(string method, string path, string name)
    {
        using var api = new ApiHarness();
        var operation = Operation(method, path);

        var answer = await SendAsync(api, operation, operation.ExampleParameters.Where(pair => pair.Name != name).Append((name, Garbage)));

        Assert.That(answer.Status, Is.EqualTo(400), answer.Body);
        Assert.That(answer.Body, Does.Not.Contain("-1104"), "the row understands it");
    }

    [TestCaseSource(nameof(MandatoryParameters))]
    public async Task A_mandatory_parameter_cannot_be_left_out(string method, string path, string name)
    {
        using var api = new ApiHarness();
        var operation = Operation(method, path);

        var answer = await SendAsync(api, operation, operation.ExampleParameters.Where(pair => pair.Name != name));

        Assert.That(answer.Body, Does.StartWith("{\"code\":-1102,").And.Contains($"'{name}'"));
    }

    [Test]
    public void The_example_of_a_row_uses_its_parameters_only_and_all_that_are_mandatory()
    {
        foreach (var row in EndpointTable.Rows)
        {
            var operation = OperationCatalogue.Of(row);
            var names = operation.ExampleParameters.Select(pair => pair.Name).ToArray();
            Assert.That(names, Is.SubsetOf(row.Parameters), row.Path);
            Assert.That(operation.Mandatory, Is.SubsetOf(names), row.Path);
            Assert.That(operation.Body is not null, Is.EqualTo(row.HasJsonBody), row.Path);
        }
    }

    private static Task<ApiAnswer> SendAsync(ApiHarness api, OperationDoc operation, IEnumerable<(string Name, string Value)> parameters)
    {
        var query = string.Join('&', parameters.Select(pair => $"{pair.Name}={pair.Value}"));
        return EndpointTable.Rows.Single(row => row.Method == operation.Method && row.Path == operation.Path).Security == EndpointSecurity.None
            ? api.SendAsync(operation.Method, $"{operation.Path}?{query}")
            : api.SignedAsync(operation.Method, operation.Path, query);
    }

    private static OperationDoc Operation(string method, string path) =>
        OperationCatalogue.Of(EndpointTable.Rows.Single(row => row.Method == method && row.Path == path));

    /// <summary>The lists that are always empty take what clients send along and have no use for it.</summary>
    private static IEnumerable<TestCaseData> ReadParameters() =>
        from row in EndpointTable.Rows
        where row.Handler != (ApiHandler)WalletEndpoints.EmptyList
        from name in row.Parameters
        select new TestCaseData(row.Method, row.Path, name);

    private static IEnumerable<TestCaseData> MandatoryParameters() =>
        from row in EndpointTable.Rows
        from name in OperationCatalogue.Of(row).Mandatory
        select new TestCaseData(row.Method, row.Path, name);
}
