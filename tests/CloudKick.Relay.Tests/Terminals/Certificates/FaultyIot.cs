using System.Collections.Concurrent;
using System.Reflection;
using CloudKick.AwsIot.Control;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

/// <summary>A client that hands every call on to another, and fails those that a test chooses: before they are made, or after.</summary>
public class FaultyIot : DispatchProxy
{
    private IAmazonIoT _inner = null!;

    /// <summary>The calls that were made, without <c>Async</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Ids of certificates that were made and not deleted.</summary>
    public ConcurrentDictionary<string, bool> Certificates { get; } = new(StringComparer.Ordinal);

    /// <summary>What a call throws instead of being made.</summary>
    public Func<string, Exception?> Before { get; set; } = _ => null;

    /// <summary>What a call throws after it was made: its answer was lost.</summary>
    public Func<string, Exception?> After { get; set; } = _ => null;

    public static (IAmazonIoT Client, FaultyIot Control) Around(IAmazonIoT inner)
    {
        var client = Create<IAmazonIoT, FaultyIot>();
        var control = (FaultyIot)(object)client;
        control._inner = inner;
        return (client, control);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var call = targetMethod!.Name.Replace("Async", "", StringComparison.Ordinal);
        if (call == nameof(IDisposable.Dispose))
        {
            _inner.Dispose();
            return null;
        }

        Calls.Enqueue(call);
        var answer = targetMethod.ReturnType.GetGenericArguments().Single();
        return GetType().GetMethod(nameof(CallAsync), BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.FlattenHierarchy)!
            .MakeGenericMethod(answer).Invoke(this, [call, targetMethod, args]);
    }

    protected async Task<T> CallAsync<T>(string call, MethodInfo method, object?[]? args)
    {
        if (Before(call) is { } refused)
            throw refused;
        var answer = await (Task<T>)method.Invoke(_inner, args)!;
        if (answer is CreateCertificateFromCsrResponse made)
            Certificates[made.CertificateId!] = true;
        if (args![0] is DeleteCertificateRequest deleted)
            Certificates.TryRemove(deleted.CertificateId!, out _);
        return After(call) is { } lost ? throw lost : answer;
    }
}
