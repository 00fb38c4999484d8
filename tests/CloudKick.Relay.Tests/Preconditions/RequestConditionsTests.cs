using CloudKick.Relay.Preconditions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Preconditions;

internal sealed class RequestConditionsTests
{
    [TestCase("If-Match")]
    [TestCase("If-None-Match")]
    public async Task Tag_that_breaks_off_in_white_space_is_a_fault_of_the_request(string header)
    {
        await using var services = new ServiceCollection().AddOptions().AddPreconditions().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Headers[header] = "W/  ";

        Assert.That(RequestConditions.Of(context).Faults.Single().Field, Is.EqualTo(header));
    }
}
