using System.Text.Json.Nodes;
using CloudKick.Relay.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CloudKick.Relay.Tests.Problems;

internal sealed class ProblemExceptionHandlerTests
{
    [Test]
    public async Task A_fault_of_ours_is_told_without_its_text()
    {
        var problem = await AnswerAsync("GET", new InvalidOperationException("canary"));

        Assert.That((string?)problem["code"], Is.EqualTo("internal-error"));
        Assert.That(problem.ToJsonString(), Does.Not.Contain("canary"));
    }

    [Test]
    public async Task A_caller_that_has_left_is_not_told_and_that_is_no_fault()
    {
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };

        var handled = await new ProblemExceptionHandler(NullLogger<ProblemExceptionHandler>.Instance)
            .TryHandleAsync(context, new BadHttpRequestException("Unexpected end of request content."), CancellationToken.None);

        Assert.That(handled, Is.True);
    }

    [TestCase("GET", false, true)]
    [TestCase("PUT", false, true)]
    [TestCase("DELETE", false, true)]
    [TestCase("POST", false, false)]
    [TestCase("PATCH", false, false)]
    [TestCase("POST", true, true)]
    public async Task When_the_outcome_is_unknown_only_what_may_be_repeated_is_safe_to_retry(string method, bool declared, bool retrySafe)
    {
        var unavailable = new NpgsqlException("gone", new IOException());

        var problem = await AnswerAsync(method, unavailable, declared);

        Assert.That(((string?)problem["code"], (bool)problem["retrySafe"]!), Is.EqualTo(("database-unavailable", retrySafe)));
    }

    private static async Task<JsonNode> AnswerAsync(string method, Exception exception, bool repeatable = false)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Response.Body = new MemoryStream();
        if (repeatable)
        {
            var endpoint = new RouteEndpointBuilder(_ => Task.CompletedTask, RoutePatternFactory.Parse("/"), 0);
            Repeatable.Declare(endpoint);
            context.SetEndpoint(endpoint.Build());
        }

        await new ProblemExceptionHandler(NullLogger<ProblemExceptionHandler>.Instance).TryHandleAsync(context, exception, CancellationToken.None);

        context.Response.Body.Position = 0;
        return (await JsonNode.ParseAsync(context.Response.Body))!;
    }
}
