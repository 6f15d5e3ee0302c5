using System.Reflection;
using MapReduce.Api;
using MapReduce.Docs.Tests.Reference;
using MapReduce.Postgres;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Docs.Tests;

/// <summary>The pages of the API say what the comments of the code say.</summary>
public sealed class ApiPagesTests
{
    [Theory]
    [InlineData(typeof(IJob))]
    [InlineData(typeof(JobTest))]
    [InlineData(typeof(PostgresTable))]
    [InlineData(typeof(MapReduceClient))]
    public void A_page_of_the_API_is_made_from_the_comments(Type type)
    {
        var name = type.Assembly.GetName().Name!;
        var page = Path.Combine(Pages.Root, "docs", "api", $"{name}.md");
        var made = ApiPage.Make(type.Assembly);
        if (Environment.GetEnvironmentVariable("MAPREDUCE_WRITE_DOCS") == "1") File.WriteAllText(page, made);
        Assert.True(File.Exists(page) && made == File.ReadAllText(page), $"docs/api/{name}.md is not what the comments say. Write it anew: MAPREDUCE_WRITE_DOCS=1 dotnet test -c Release tests/MapReduce.Docs.Tests");
        Assert.Contains($"({name}.md)", File.ReadAllText(Path.Combine(Pages.Root, "docs", "api", "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(IJob))]
    [InlineData(typeof(JobTest))]
    [InlineData(typeof(PostgresTable))]
    [InlineData(typeof(MapReduceClient))]
    public void Every_type_and_every_member_of_its_own_is_on_the_page(Type type)
    {
        var comments = Comments.Read(Path.ChangeExtension(type.Assembly.Location, ".xml"));
        foreach (var exported in PublicApi.Types(type.Assembly))
        {
            Assert.True(comments.Has(DocumentationId.Of(exported)), $"{exported} has no comment under {DocumentationId.Of(exported)}.");
            foreach (var method in PublicApi.Members(exported).OfType<MethodInfo>().Where(method => method.GetBaseDefinition() == method && !method.IsFinal))
                Assert.True(comments.Has(DocumentationId.Of(method)), $"{exported}.{method.Name} has no comment under {DocumentationId.Of(method)}.");
        }
    }
}
