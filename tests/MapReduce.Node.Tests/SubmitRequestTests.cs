using System.Text.Json;
using MapReduce.Api;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class SubmitRequestTests
{
    [Fact]
    public void What_a_caller_leaves_out_has_its_default()
    {
        var request = JsonSerializer.Deserialize("""{"package":"p","assembly":"a.dll","output":"/out"}""", ApiJson.Default.SubmitRequest)!;
        var defaults = new SubmitRequest { Package = "p", Assembly = "a.dll", Output = "/out" };
        Assert.All(typeof(SubmitRequest).GetProperties(), property => Assert.Equal(property.GetValue(defaults), property.GetValue(request)));
    }
}
