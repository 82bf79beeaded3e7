using System.Net;
using System.Security.Cryptography;

namespace TcpAgent.Web;

/// <summary>One password to check, for one caller or for several that sent the same.</summary>
sealed record PasswordJob(string Key, string User, byte[] Password, string? Hash, int Cost, IPAddress Client)
{
    /// <summary>Continuations run on the thread pool, not on the worker's thread.</summary>
    internal TaskCompletionSource<Admission> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Orders the jobs by the moment when they were last asked for.</summary>
    internal long Asked { get; set; }

    /// <summary>Whether it was asked for more than once, as a client does that tries again and a guess is not.</summary>
    internal bool IsRepeated { get; set; }

    internal void End(Admission admission)
    {
        CryptographicOperations.ZeroMemory(Password);
        Done.SetResult(admission);
    }

    internal void Fail(Exception mistake)
    {
        CryptographicOperations.ZeroMemory(Password);
        Done.SetException(mistake);
    }
}
