using System.Net;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>In which order passwords are checked while some clients guess, counted in checks and not in time.</summary>
public class PasswordQueueTests
{
    readonly ManualTime _time = new();
    readonly PasswordQueue _queue;
    int _guesses;

    public PasswordQueueTests() => _queue = new PasswordQueue(_time);

    PasswordJob Ask(string client, string user, string? key = null)
    {
        var job = new PasswordJob(key ?? $"{_guesses++}", user, [], null, 4, ClientNetwork.Of(IPAddress.Parse(client)));
        if (_queue.Find(job.Key) is { } same)
            return same;
        _queue.Add(job)?.End(Admission.Busy);
        return job;
    }

    /// <summary>How many checks pass until it is the job's turn; each guesser asks again as soon as it has its answer.</summary>
    int ChecksUntil(PasswordJob right, Func<PasswordJob, bool>? asksAgain = null)
    {
        for (var checks = 1; checks < 1000; checks++)
        {
            var next = _queue.Next();
            _time.Advance(TimeSpan.FromMilliseconds(250));
            _queue.End(next, next == right);
            if (next == right)
                return checks;
            next.End(Admission.Refused);
            if (asksAgain?.Invoke(next) ?? true)
                Ask($"{next.Client}", next.User);
            _time.Advance(TimeSpan.FromMilliseconds(250));
        }
        return int.MaxValue;
    }

    /// <summary>Until every guesser is known as one.</summary>
    void Flood(int addresses, int connections, Func<int, string> user)
    {
        for (var i = 0; i < addresses * connections; i++)
            Ask($"192.0.2.{i % addresses}", user(i));
        var never = new PasswordJob("never", "", [], null, 4, IPAddress.None);
        for (var i = 0; i < 2 * addresses; i++)
        {
            var next = _queue.Next();
            _queue.End(next, isRight: false);
            Ask($"{next.Client}", next.User);
        }
        Assert.False(never.Done.Task.IsCompleted);
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(12, 40)]
    [InlineData(60, 4)]
    public void ARightPasswordFromAnAddressThatDoesNotGuessIsNext(int addresses, int connections)
    {
        Flood(addresses, connections, _ => "prometheus");
        Assert.Equal(1, ChecksUntil(Ask("198.51.100.1", "prometheus")));
    }

    /// <summary>Right after a start no address is known to guess.</summary>
    [Fact]
    public void ARightPasswordDoesNotWaitForAddressesThatAreNew()
    {
        for (var i = 0; i < 200; i++)
            Ask($"192.0.2.{i % 50}", "prometheus");
        Assert.InRange(ChecksUntil(Ask("198.51.100.1", "prometheus")), 1, 3);
    }

    [Theory]
    [InlineData(1, "mallory", 1)]
    [InlineData(40, "mallory", 1)]
    [InlineData(40, "prometheus", 3)]
    [InlineData(200, "prometheus", 3)]
    public void ARightPasswordFromTheGuessersOwnAddressIsNearlyNext(int connections, string guessed, int most)
    {
        Flood(1, connections, _ => guessed);
        Assert.InRange(ChecksUntil(Ask("192.0.2.0", "prometheus")), 1, most);

        // One that comes while a check is made.
        var current = _queue.Next();
        var right = Ask("192.0.2.0", "prometheus", "right");
        _queue.End(current, isRight: false);
        Ask("192.0.2.0", guessed);
        Assert.InRange(ChecksUntil(right), 1, most);
    }

    [Fact]
    public void GuessesOfUserNamesComeNoEarlierThanAUser()
    {
        Flood(1, 40, i => $"user{i}");
        Assert.InRange(ChecksUntil(Ask("192.0.2.0", "prometheus")), 1, 3);
    }

    [Fact]
    public void OneThatIsAskedForAgainComesBeforeGuesses()
    {
        Flood(1, 40, _ => "prometheus");
        var right = Ask("192.0.2.0", "prometheus", "right");
        for (var i = 0; i < 20; i++)
            Ask("192.0.2.0", "prometheus");
        Assert.Same(right, Ask("192.0.2.0", "prometheus", "right"));
        Assert.Equal(1, ChecksUntil(right));
    }

    [Fact]
    public void NetworksTakeTurnsHoweverManyOfOneWait()
    {
        for (var i = 0; i < 40; i++)
            Ask("192.0.2.1", "a");
        Ask("192.0.2.2", "a");
        Ask("2001:db8::1", "a");
        Ask("2001:db8::2", "a");
        var served = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var next = _queue.Next();
            served.Add($"{next.Client}");
            _queue.End(next, isRight: true);
        }
        Assert.Equal(["2001:db8::", "192.0.2.2", "192.0.2.1", "2001:db8::"], served);
    }

    /// <summary>By turns alone the one that guesses would be next: it was served longer ago.</summary>
    [Fact]
    public void ANetworkThatGuessesComesAfterOneThatDoesNotWhoeverWasServedLast()
    {
        Ask("192.0.2.1", "alice");
        _queue.End(_queue.Next(), isRight: false);
        Ask("198.51.100.1", "bob");
        _queue.End(_queue.Next(), isRight: true);
        Ask("198.51.100.1", "carol");
        Ask("192.0.2.1", "alice");
        Assert.Equal("198.51.100.1", $"{_queue.Next().Client}");
    }

    [Fact]
    public void AWrongPasswordIsForgottenAfterAMinute()
    {
        var mistyped = Ask("192.0.2.1", "alice");
        _queue.End(_queue.Next(), isRight: false);
        Assert.NotNull(mistyped);
        Ask("192.0.2.1", "alice");
        Ask("192.0.2.2", "alice");
        var next = _queue.Next();
        Assert.Equal("192.0.2.2", $"{next.Client}");
        _queue.End(next, isRight: true);
        _time.Advance(PasswordQueue.Recent);
        Ask("192.0.2.2", "alice");
        Assert.Equal("192.0.2.1", $"{_queue.Next().Client}");
    }

    [Fact]
    public void WhatIsRememberedIsBounded()
    {
        for (var i = 0; i < 5000; i++)
        {
            Ask($"10.0.{i / 256}.{i % 256}", $"user{i}");
            _queue.End(_queue.Next(), isRight: false);
        }
        for (var i = 0; i < 5000; i++)
            Ask($"10.0.{i / 256}.{i % 256}", $"user{i}");
        Assert.Equal(PasswordQueue.MaxWaiting, _queue.Count);
    }
}
