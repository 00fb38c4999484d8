using System.Runtime.CompilerServices;

namespace CloudKick.Mqtt.Transport;

/// <summary>Awaited, lets the method go on on a new thread, where it may block.</summary>
internal readonly struct OwnThread : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public OwnThread GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing can have gone wrong.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        try
        {
            new Thread(() => continuation()) { IsBackground = true, Name = "MQTT" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The system gives no more threads: one of the thread pool's has to do.
            ThreadPool.UnsafeQueueUserWorkItem(static continuation => continuation(), continuation, preferLocal: false);
        }
    }
}
