using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Protocol;

internal sealed class TimeoutTests
{
    [Test, CancelAfter(30_000)]
    public async Task A_service_that_does_not_answer_is_waited_for_no_longer_than_the_timeout(CancellationToken cancellationToken)
    {
        await using var aws = await StartSilentAsync();
        using var client = CreateClient(aws, TimeSpan.FromMilliseconds(200));

        Assert.That(() => client.PublishAsync(new() { Topic = "t" }, cancellationToken), Throws.InstanceOf<TimeoutException>());
    }

    [Test, CancelAfter(30_000)]
    public async Task Who_asked_may_stop_waiting(CancellationToken cancellationToken)
    {
        await using var aws = await StartSilentAsync();
        using var client = CreateClient(aws, TimeSpan.FromMinutes(1));
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        var call = client.PublishAsync(new() { Topic = "t" }, caller.Token);
        await CloudKick.Testing.Eventually.HoldsAsync(() => aws.Requests.Count == 1, cancellationToken);
        await caller.CancelAsync();

        Assert.That(() => call, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test, CancelAfter(30_000)]
    public async Task A_service_that_is_not_there_is_told_as_such(CancellationToken cancellationToken)
    {
        var aws = await ScriptedAws.StartAsync();
        using var client = CreateClient(aws, TimeSpan.FromSeconds(10));
        await aws.DisposeAsync();

        Assert.That(() => client.PublishAsync(new() { Topic = "t" }, cancellationToken), Throws.InstanceOf<HttpRequestException>());
    }

    private static async Task<ScriptedAws> StartSilentAsync()
    {
        var aws = await ScriptedAws.StartAsync();
        aws.Answer = (_, response) => Task.Delay(Timeout.Infinite, response.HttpContext.RequestAborted);
        return aws;
    }

    private static AmazonIotDataClient CreateClient(ScriptedAws aws, TimeSpan timeout) => new(
        new BasicAWSCredentials("AKIDEXAMPLE", "secret"),
        new() { ServiceURL = aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0, Timeout = timeout });
}
