using CloudKick.Mqtt;
using CloudKick.Relay.Database;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Keeps the pool subscribed to the response topics of all management systems and of terminals with a topic of their own. The
/// subscriptions are shared among all nodes' connections: each answer reaches one of them.
/// </summary>
internal sealed partial class AnswerSubscriptions(
    MqttKickTransport transport, TenantDatabase database, TimeProvider timeProvider, ILogger<AnswerSubscriptions> logger) : BackgroundService
{
    private const string SharePrefix = "$share/cloudkick/";

    // Of the 50 subscriptions that AWS allows a connection, and 8 in one SUBSCRIBE.
    private const int MaximumFilters = 40;
    private const int FiltersPerSubscribe = 8;

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

    private readonly Dictionary<MqttConnectionSlot, HashSet<string>> _subscribed = [];
    private volatile bool _isListening;

    /// <summary>Whether a connection has been subscribed since the start: before that, answers are not heard.</summary>
    public bool IsListening => _isListening;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
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
        Task cameUp = transport.CameUp.ReadAsync(either.Token).AsTask();
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

    // The client itself subscribes again after a reconnect; here only what is new for a connection that is up.
    private async Task<bool> SubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken)
    {
        foreach (var slot in transport.Slots.Where(slot => slot.IsUp))
        {
            if (!_subscribed.TryGetValue(slot, out var known))
                _subscribed[slot] = known = [];
            foreach (var chunk in filters.Where(filter => !known.Contains(filter)).Chunk(FiltersPerSubscribe))
            {
                var subscriptions = Array.ConvertAll(chunk, filter => new MqttSubscription(filter, MqttQualityOfService.AtLeastOnce));
                var reasons = await slot.Client.SubscribeAsync(subscriptions, cancellationToken);
                for (var i = 0; i < chunk.Length; i++)
                {
                    known.Add(chunk[i]);
                    if (reasons[i] >= MqttReasonCode.UnspecifiedError)
                        LogRefused(logger, chunk[i], reasons[i]);
                }
            }
        }
        _isListening = _subscribed.Count > 0;
        return _subscribed.Count == transport.Slots.Count;
    }

    [LoggerMessage(4230, LogLevel.Warning, "Subscribing to the terminals' answers failed, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(4231, LogLevel.Error, "The broker refuses the subscription {Filter} ({Reason}): its terminals' kicks will lack the step 'delivered'. Check the relay's policy.")]
    private static partial void LogRefused(ILogger logger, string filter, MqttReasonCode reason);

    [LoggerMessage(4232, LogLevel.Error, "There are {Count} response topics, more than the {Maximum} that a connection may subscribe to: the rest's kicks will lack the step 'delivered'")]
    private static partial void LogTooMany(ILogger logger, int count, int maximum);

    private sealed record TopicRow
    {
        public required string TopicTemplate { get; init; }

        public required string SubscriptionTopic { get; init; }
    }
}
