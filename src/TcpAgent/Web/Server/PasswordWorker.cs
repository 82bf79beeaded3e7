using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// Checks passwords one at a time on its own thread, because each check takes a tenth of a second of CPU by design and any client can ask
/// for one. So a flood of wrong passwords costs at most half of one CPU, does not delay clients whose password is already known to be
/// right, and waits in a queue that is bounded in total and per client.
/// </summary>
sealed class PasswordWorker(PasswordHasher hasher, TimeProvider time) : IDisposable
{
    internal const int MaxWaiting = 32;
    internal const int MaxWaitingOfOneClient = 4;

    /// <summary>Salt and digest of a hash that no password has.</summary>
    const string Decoy = "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

    readonly Lock _lock = new();
    readonly BlockingCollection<Job> _queue = [];
    readonly Dictionary<string, Job> _waiting = [];
    Thread? _thread;

    /// <summary>Returns whether the password matches the hash, or null when too many checks wait.</summary>
    /// <param name="key">Identifies a check: equal checks are made once, however many callers wait.</param>
    /// <param name="password">The password, without NUL.</param>
    /// <param name="hash">The user's hash; null for an unknown user, which takes equally long and never matches.</param>
    /// <param name="cost">The cost of each refusal: the highest of all users, so that the time reveals nothing.</param>
    /// <param name="client">The client's address.</param>
    internal Task<bool>? Check(string key, byte[] password, string? hash, int cost, IPAddress? client)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(key, out var same))
                return same.Done.Task;
            var network = Network(client);
            var others = 0;
            foreach (var job in _waiting.Values)
                others += job.Client.Equals(network) ? 1 : 0;
            if (_waiting.Count >= MaxWaiting || others >= MaxWaitingOfOneClient)
                return null;
            var added = new Job(key, password, hash, cost, network);
            _waiting.Add(key, added);
            _queue.Add(added);
            if (_thread is null)
            {
                _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "passwords" };
                _thread.Start();
            }
            return added.Done.Task;
        }
    }

    void Run()
    {
        foreach (var job in _queue.GetConsumingEnumerable())
        {
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
            CryptographicOperations.ZeroMemory(job.Password);
            lock (_lock)
                _waiting.Remove(job.Key);
            if (mistake is null)
                job.Done.SetResult(isRight);
            else
                job.Done.SetException(mistake);
            if (!isRight)
                Thread.Sleep(TimeSpan.FromMilliseconds(Math.Min(time.GetElapsedTime(begun).TotalMilliseconds, 1000)));
        }
    }

    bool IsRight(Job job)
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

    /// <summary>A client's address, or for IPv6 its /64, because one host has a whole /64.</summary>
    static IPAddress Network(IPAddress? client)
    {
        if (client is null)
            return IPAddress.None;
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        var bytes = client.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    public void Dispose() => _queue.CompleteAdding();

    sealed record Job(string Key, byte[] Password, string? Hash, int Cost, IPAddress Client)
    {
        /// <summary>Continuations run on the thread pool, not on the worker's thread.</summary>
        internal TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
