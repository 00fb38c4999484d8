using CloudKick.Relay.Database;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudKick.Relay.Tests.Database;

/// <summary>What a listener is told beside the notifications.</summary>
[CancelAfter(60_000)]
internal sealed class DatabaseNotificationsTests
{
    [Test]
    public async Task Whoever_remembers_things_is_told_when_notifications_begin_to_be_heard(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        using var kicks = new KickConnections(database.Service, database.Service);
        using var notifications = new DatabaseNotifications(database.Service, kicks, TimeProvider.System, NullLogger<DatabaseNotifications>.Instance);
        var begun = 0;
        using var listening = notifications.On(DatabaseNotifications.ApiKeyChanged, _ => { }, resumed: () => begun++);

        await notifications.StartAsync(cancellationToken);
        await notifications.Listening.WaitAsync(cancellationToken);
        await notifications.StopAsync(cancellationToken);

        Assert.That(begun, Is.EqualTo(1));
    }
}
