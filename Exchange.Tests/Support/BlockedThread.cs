namespace Exchange.Tests.Support;

/// <summary>Lets a test go on when another thread can not.</summary>
internal static class BlockedThread
{
    /// <summary>Returns when the started thread waits for something, or has ended without waiting.</summary>
    public static void Await(Thread thread)
    {
        var spin = new SpinWait();
        while (thread.IsAlive && (thread.ThreadState & ThreadState.WaitSleepJoin) == 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
