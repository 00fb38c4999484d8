using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudKick.Testing;

/// <summary>
/// One queue of SQS, as far as reading it goes (AWS JSON 1.0): ReceiveMessage with long polls, visibility and receive counts, DeleteMessageBatch,
/// GetQueueAttributes, a dead-letter queue. On a free loopback port, plain HTTP. Hidden messages come back when the test says so. Thread-safe.
/// </summary>
public sealed class QueueStandIn : IAsyncDisposable
{
    private const string Target = "AmazonSQS.";
    private const string Name = "cloudkick-presence";
    private const int MaximumReceives = 5;

    private readonly WebApplication _server;
    private readonly Lock _lock = new();
    private readonly List<Held> _messages = [];
    private readonly List<string> _calls = [];
    private readonly List<string> _deadLetters = [];
    private TaskCompletionSource _changed = NewSignal();
    private int _receipts;
    private int _waiting;

    private QueueStandIn(WebApplication server) => _server = server;

    /// <summary>The ARN of the queue that messages end in when they were received five times.</summary>
    public static string DeadLetterArn => $"arn:aws:sqs:eu-central-1:000000000000:{Name}-dead-letters";

    /// <summary>The queue's URL.</summary>
    public string Url => $"{_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/000000000000/{Name}";

    /// <summary>Answers a call by its operation's name with an error instead: status and AWS's name of it. Null: does not.</summary>
    public Func<string, (int Status, string Code)?> Refuse { get; set; } = _ => null;

    /// <summary>The calls so far, by operation.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>The bodies that are in the queue, hidden or not.</summary>
    public IReadOnlyList<string> Bodies
    {
        get
        {
            lock (_lock)
                return [.. _messages.Select(message => message.Body)];
        }
    }

    /// <summary>How many are received and neither deleted nor back.</summary>
    public int Hidden
    {
        get
        {
            lock (_lock)
                return _messages.Count(message => message.Receipt is not null);
        }
    }

    /// <summary>How many wait for messages. One that went away counts until the queue has noticed, and may be given messages until then, as by SQS.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The bodies that were given up.</summary>
    public IReadOnlyList<string> DeadLetters
    {
        get
        {
            lock (_lock)
                return [.. _deadLetters];
        }
    }

    /// <summary>Starts an empty queue.</summary>
    public static async Task<QueueStandIn> StartAsync(CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var queue = new QueueStandIn(server);
        server.Run(queue.ServeAsync);
        await server.StartAsync(cancellationToken);
        return queue;
    }

    /// <summary>Sends messages, as a topic rule would.</summary>
    public void Send(params IEnumerable<string> bodies)
    {
        lock (_lock)
            _messages.AddRange(bodies.Select(body => new Held(Guid.NewGuid().ToString(), body)));
        Signal();
    }

    /// <summary>Ends the visibility timeout of everything received and not deleted: it can be received again, or is given up.</summary>
    public void ShowHidden()
    {
        lock (_lock)
        {
            foreach (var message in _messages.Where(message => message.Receipt is not null))
                message.Receipt = null;
            var givenUp = _messages.Where(message => message.Receives >= MaximumReceives).ToArray();
            _deadLetters.AddRange(givenUp.Select(message => message.Body));
            _messages.RemoveAll(givenUp.Contains);
        }
        Signal();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Signal();
        return _server.DisposeAsync();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        lock (_lock)
        {
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var operation = context.Request.Headers["X-Amz-Target"].ToString().Replace(Target, "", StringComparison.Ordinal);
        var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        lock (_lock)
            _calls.Add(operation);
        if (Fault(context, operation, request!) is { } fault)
        {
            await AnswerAsync(context, fault.Status, new JsonObject { ["__type"] = "com.amazonaws.sqs#" + fault.Code, ["message"] = fault.Code + " it is." });
            return;
        }
        JsonObject answer = operation switch
        {
            "ReceiveMessage" => await WaitAsync(request!, context.RequestAborted),
            "DeleteMessageBatch" => Delete(request!),
            _ => new JsonObject { ["Attributes"] = new JsonObject { ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{DeadLetterArn}}","maxReceiveCount":{{MaximumReceives}}}""" } },
        };
        if (!context.RequestAborted.IsCancellationRequested)
            await AnswerAsync(context, StatusCodes.Status200OK, answer);
    }

    private (int Status, string Code)? Fault(HttpContext context, string operation, JsonNode request)
    {
        if (Refuse(operation) is { } refused)
            return refused;
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal) || !authorization.Contains("/eu-central-1/sqs/aws4_request", StringComparison.Ordinal))
            return (StatusCodes.Status403Forbidden, "IncompleteSignature");
        if (context.Request.ContentType != "application/x-amz-json-1.0" || operation is not ("ReceiveMessage" or "DeleteMessageBatch" or "GetQueueAttributes"))
            return (StatusCodes.Status400BadRequest, "InvalidAction");
        return (string?)request["QueueUrl"] == Url ? null : (StatusCodes.Status400BadRequest, "QueueDoesNotExist");
    }

    private async Task<JsonObject> WaitAsync(JsonNode request, CancellationToken aborted)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await ReceiveAsync(request, aborted);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<JsonObject> ReceiveAsync(JsonNode request, CancellationToken aborted)
    {
        var most = (int?)request["MaxNumberOfMessages"] ?? 1;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(TimeSpan.FromSeconds((int?)request["WaitTimeSeconds"] ?? 0));
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
                Held[] given = aborted.IsCancellationRequested ? [] : [.. _messages.Where(message => message.Receipt is null).Take(most)];
                if (given.Length > 0 || patience.IsCancellationRequested)
                    return new JsonObject { ["Messages"] = new JsonArray([.. given.Select(Give)]) };
            }
            await changed.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private JsonObject Give(Held message)
    {
        message.Receives++;
        message.Receipt = string.Create(CultureInfo.InvariantCulture, $"receipt-{++_receipts}");
        return new JsonObject
        {
            ["MessageId"] = message.Id,
            ["ReceiptHandle"] = message.Receipt,
            ["Body"] = message.Body,
            ["Attributes"] = new JsonObject { ["ApproximateReceiveCount"] = message.Receives.ToString(CultureInfo.InvariantCulture) },
        };
    }

    private JsonObject Delete(JsonNode request)
    {
        var (successful, failed) = (new JsonArray(), new JsonArray());
        lock (_lock)
        {
            foreach (var entry in request["Entries"]!.AsArray())
            {
                if (_messages.RemoveAll(message => message.Receipt is not null && message.Receipt == (string?)entry!["ReceiptHandle"]) > 0)
                    successful.Add(new JsonObject { ["Id"] = (string?)entry!["Id"] });
                else
                    failed.Add(new JsonObject { ["Id"] = (string?)entry!["Id"], ["SenderFault"] = true, ["Code"] = "ReceiptHandleIsInvalid", ["Message"] = "stale" });
            }
        }
        return new JsonObject { ["Successful"] = successful, ["Failed"] = failed };
    }

    private static Task AnswerAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/x-amz-json-1.0";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private sealed class Held(string id, string body)
    {
        public string Id => id;

        public string Body => body;

        public int Receives { get; set; }

        public string? Receipt { get; set; }
    }
}
