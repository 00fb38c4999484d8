using System.Globalization;

namespace CloudKick.Cli.Doctor;

/// <summary>Runs checks, each within its time, and reports them.</summary>
/// <param name="report">Told of each finding as it comes.</param>
/// <param name="timeout">For each check.</param>
internal sealed class Examination(Report report, TimeSpan timeout)
{
    // A check whose time is over says what it saw until then; some waits of the platform, such as DNS, do not end when told to.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>How long each check may take, for people.</summary>
    public string Limit { get; } = string.Create(CultureInfo.InvariantCulture, $"{timeout.TotalSeconds:0} s");

    /// <summary>Runs a check.</summary>
    /// <param name="check">Its name.</param>
    /// <param name="look">The check; its token ends with the check's time.</param>
    /// <param name="whenSilent">What to do when it has no result in time.</param>
    /// <param name="cancellationToken">Ends the examination.</param>
    public async Task<Finding> RunAsync(
        string check, Func<CancellationToken, Task<Finding>> look, string whenSilent, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        Finding finding;
        try
        {
            finding = await look(limit.Token).WaitAsync(timeout + Grace, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (Exception over) when (over is TimeoutException || (over is OperationCanceledException && !cancellationToken.IsCancellationRequested && limit.IsCancellationRequested))
        {
            finding = Finding.Failed(check, $"No answer within {Limit}", whenSilent);
        }
        return Note(finding);
    }

    /// <summary>A check that needs others: not tried unless they hold.</summary>
    public Task<Finding> RunAfterAsync(
        Finding needed, string check, Func<CancellationToken, Task<Finding>> look, string whenSilent, CancellationToken cancellationToken) =>
        needed.Holds ? RunAsync(check, look, whenSilent, cancellationToken) : Task.FromResult(NotTried(check, Because(needed)));

    public Finding NotTried(string check, string because) => Note(Finding.NotTried(check, because));

    public Finding Note(Finding finding)
    {
        report.Add(finding);
        return finding;
    }

    private static string Because(Finding needed) =>
        needed.Verdict == Verdict.NotTried ? needed.Evidence : $"{needed.Check} failed";
}
