using CloudKick.Mqtt;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Keeps the pool subscribed to the response topics of all management systems and of terminals with a topic of their own. The
/// subscriptions are shared among all nodes' connections: each answer reaches one of them.
/// </summary>
internal sealed partial class AnswerSubscriptions(
    MqttConnectionPool pool, TenantDatabase database, TimeProvider timeProvider, ILogger<AnswerSubscriptions> logger) : BackgroundService
{
    private const string SharePrefix = "$share/cloudkick/";

    /// <summary>AWS takes no more in one SUBSCRIBE.</summary>
    public const int FiltersPerSubscribe = 8;

    // Of the 50 subscriptions that AWS allows a connection.
    private const int MaximumFilters = 40;

    private const string Topics = """
        select m.topic_template as TopicTemplate, m.subscription_topic as SubscriptionTopic from management_systems m
        union
        select coalesce(t.topic_template, m.topic_template), coalesce(t.subscription_topic, m.subscription_topic)
        from terminals t
        join management_systems m on m.management_system_id = t.management_system_id
        where t.topic_template is not null or t.subscription_topic is not null
        limit 1000
        """;

    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    // Asked for again at each refresh, but told once.
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Whether a connection is subscribed, or was when it was lost: where none is, answers are not heard.</summary>
    public bool IsListening => pool.Answering.Any(slot => slot.Client.Subscriptions.Count > 0);

    /// <summary>Whether there are connections that could hear answers.</summary>
    public bool IsConfigured => pool.Answering.Count > 0;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (IsConfigured && !stoppingToken.IsCancellationRequested)
        {
            var pause = RetryDelay;
            try
            {
                if (await SubscribeAsync(await FiltersAsync(stoppingToken), stoppingToken))
                    pause = Refresh;
            }
            // The boundary of the loop. Without answers kicks go on; they only lack the step "delivered".
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception.Message);
            }
            await PauseAsync(pause, stoppingToken);
        }
    }

    // A connection that comes up is subscribed at once: the first kick's answer follows the kick by milliseconds.
    private async Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken)
    {
        using var end = new CancellationTokenSource(pause, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, stoppingToken);
        Task cameUp = pool.CameUp.ReadAsync(either.Token).AsTask();
        await cameUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<IReadOnlyList<string>> FiltersAsync(CancellationToken cancellationToken)
    {
        var topics = await database.QueryAsync<TopicRow>(Tenant.Platform, Topics, null, cancellationToken);
        var filters = topics.Select(row => SharePrefix + KickTopic.AnswerFilter(row.TopicTemplate, row.SubscriptionTopic)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (filters.Count > MaximumFilters)
            LogTooMany(logger, filters.Count, MaximumFilters);
        return filters.Count > MaximumFilters ? filters[..MaximumFilters] : filters;
    }

    // The client itself subscribes again after a reconnect; here only what is new for a connection that is up, or was refused, be it after a reconnect.
    private async Task<bool> SubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken)
    {
        var clients = pool.Answering.Where(slot => slot.IsUp).Select(slot => slot.Client).ToList();
        foreach (var client in clients)
        {
            // Those refused before last and alone: the cloud may close the connection on them, which must not keep out the others.
            var missing = filters.Except(client.Subscriptions.Select(subscription => subscription.TopicFilter)).ToLookup(_refused.Contains);
            foreach (var chunk in missing[false].Chunk(FiltersPerSubscribe).Concat(missing[true].Chunk(1)).ToList())
                await SubscribeAsync(client, chunk, cancellationToken);
        }
        return clients.Count == pool.Answering.Count;
    }

    private async Task SubscribeAsync(MqttClient client, string[] filters, CancellationToken cancellationToken)
    {
        var subscriptions = Array.ConvertAll(filters, filter => new MqttSubscription(filter, MqttQualityOfService.AtLeastOnce));
        IReadOnlyList<MqttReasonCode> reasons;
        try
        {
            reasons = await client.SubscribeAsync(subscriptions, cancellationToken);
        }
        catch (MqttOutcomeUnknownException exception) when (exception.ClosedByServer)
        {
            // AWS may close the connection instead of answering. Which of them it was shows when each is asked for alone.
            foreach (var filter in filters)
                Refused(filter, exception.Message);
            throw;
        }
        for (var i = 0; i < filters.Length; i++)
        {
            if (reasons[i].IsFailure())
                Refused(filters[i], reasons[i].Describe());
            else
                _refused.Remove(filters[i]);
        }
    }

    private void Refused(string filter, string reason)
    {
        if (_refused.Add(filter))
            LogRefused(logger, filter, reason);
    }

    [LoggerMessage(4230, LogLevel.Warning, "Subscribing to the terminals' answers failed, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(4231, LogLevel.Error, "The cloud refuses the subscription {Filter} ({Reason}): its terminals' kicks lack the step 'delivered'. Does the relay's policy allow iot:Subscribe and iot:Receive there?")]
    private static partial void LogRefused(ILogger logger, string filter, string reason);

    [LoggerMessage(4232, LogLevel.Error, "There are {Count} response topics, more than the {Maximum} that a connection may subscribe to: the rest's kicks will lack the step 'delivered'")]
    private static partial void LogTooMany(ILogger logger, int count, int maximum);

    private sealed record TopicRow
    {
        public required string TopicTemplate { get; init; }

        public required string SubscriptionTopic { get; init; }
    }
}
