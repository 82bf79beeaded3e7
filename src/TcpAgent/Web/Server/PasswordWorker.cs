using System.Net;
using System.Security.Cryptography;
using System.Text;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// Checks passwords one at a time on its own thread, because each check takes a tenth of a second of CPU by design and any client can ask
/// for one. So a flood of wrong passwords costs at most half of one CPU and does not delay clients whose password is already known to be
/// right. Those whose password is not known yet are checked in the order of <see cref="PasswordQueue"/>.
/// </summary>
sealed class PasswordWorker(PasswordHasher hasher, TimeProvider time) : IDisposable
{
    /// <summary>Salt and digest of a hash that no password has.</summary>
    const string Decoy = "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

    readonly Lock _lock = new();
    readonly SemaphoreSlim _work = new(0);
    readonly PasswordQueue _queue = new(time);
    Thread? _thread;
    volatile bool _isStopping;

    /// <summary>Returns whether the password matches the hash, or that too many checks wait.</summary>
    /// <param name="key">Identifies a check: equal checks are made once, however many callers wait.</param>
    /// <param name="user">The user's name as given, known or not.</param>
    /// <param name="password">The password, without NUL.</param>
    /// <param name="hash">The user's hash; null for an unknown user, which takes equally long and never matches.</param>
    /// <param name="cost">The cost of each refusal: the highest of all users, so that the time reveals nothing.</param>
    /// <param name="client">The client's address.</param>
    internal Task<Admission> Check(string key, string user, byte[] password, string? hash, int cost, IPAddress? client)
    {
        PasswordJob? replaced;
        Task<Admission> done;
        lock (_lock)
        {
            if (_queue.Find(key) is { } same)
                return same.Done.Task;
            var added = new PasswordJob(key, user, password, hash, cost, ClientNetwork.Of(client));
            replaced = _queue.Add(added);
            done = added.Done.Task;
            if (replaced is null)
                _work.Release();
            if (_thread is null)
            {
                _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "passwords" };
                _thread.Start();
            }
        }
        replaced?.End(Admission.Busy);
        return done;
    }

    void Run()
    {
        while (true)
        {
            _work.Wait();
            if (_isStopping)
                return;
            PasswordJob job;
            lock (_lock)
                job = _queue.Next();
            var begun = time.GetTimestamp();
            var isRight = false;
            Exception? mistake = null;
            try
            {
                isRight = IsRight(job);
            }
            catch (Exception e)
            {
                // Fails one request, which the server logs, instead of this thread and with it the process.
                mistake = e;
            }
            lock (_lock)
                _queue.End(job, isRight);
            if (mistake is null)
                job.End(isRight ? Admission.Granted : Admission.Refused);
            else
                job.Fail(mistake);
            if (!isRight)
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Min(time.GetElapsedTime(begun).TotalMilliseconds, 1000)));
        }
    }

    bool IsRight(PasswordJob job)
    {
        var hash = job.Hash ?? Setting(job.Cost) + Decoy;
        var actual = hasher(job.Password, hash);
        var isRight = actual is not null & job.Hash is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(actual!), Encoding.ASCII.GetBytes(hash));

        // A refusal costs 2^cost for every user: a cheaper hash of cost c is topped up with 2^c + 2^c + 2^(c+1) + ... + 2^(cost-1).
        for (var cost = ConfigReader.Cost(hash); !isRight && cost < job.Cost; cost++)
            hasher(job.Password, Setting(cost) + Decoy);
        return isRight;
    }

    static string Setting(int cost) => $"$2b${cost:00}$";

    /// <summary>The thread may still be in a check, so the semaphore is left to the collector.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _work.Release();
    }
}
