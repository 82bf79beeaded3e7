using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// Checks passwords one at a time on a thread of its own, since each takes a tenth of a second of CPU by design and whoever can connect
/// can ask for one. So a flood of wrong passwords costs at most half of one CPU, delays nobody whose password is known to be right, and
/// waits in a queue that is bounded as a whole and for each client.
/// </summary>
sealed class PasswordWorker(PasswordHasher hasher, TimeProvider time) : IDisposable
{
    internal const int MaxWaiting = 32;
    internal const int MaxWaitingOfOneClient = 4;

    /// <summary>Of a hash that nobody's password has.</summary>
    const string Decoy = "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

    readonly Lock _lock = new();
    readonly BlockingCollection<Job> _queue = [];
    readonly Dictionary<string, Job> _waiting = [];
    Thread? _thread;

    /// <summary>Whether it is the password of the hash; null when too many checks wait.</summary>
    /// <param name="key">Tells one check from another: the same one is made once however many wait for it.</param>
    /// <param name="password">Without NUL.</param>
    /// <param name="hash">The user's; null for a user that does not exist, which takes as long and is never right.</param>
    /// <param name="cost">What each refusal costs: the highest of all users', so that the time tells nothing.</param>
    /// <param name="client">Who asks.</param>
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
                // One request is lost, and the server logs why; not this thread, and the process with it.
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

        // A refusal costs 2^cost whoever is asked for: a cheaper hash of cost c is made up for by 2^c + 2^c + 2^(c+1) + ... + 2^(cost-1).
        for (var cost = ConfigReader.Cost(hash); !isRight && cost < job.Cost; cost++)
            hasher(job.Password, Setting(cost) + Decoy);
        return isRight;
    }

    static string Setting(int cost) => $"$2b${cost:00}$";

    /// <summary>A client's address, or the /64 of it: one host has a whole one.</summary>
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
        /// <summary>Who waits goes on elsewhere, not on the worker's thread.</summary>
        internal TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
