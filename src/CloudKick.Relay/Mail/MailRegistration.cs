using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Mail;

/// <summary>Adds mail.</summary>
internal static class MailRegistration
{
    public static IServiceCollection AddMail(this IServiceCollection services) =>
        services.AddFeatureOptions<MailOptions>(MailOptions.Section).AddSingleton<Mailer>();
}
