using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class PortListTests
{
    static readonly ushort[] s_all = [.. Enumerable.Range(0, 65536).Select(port => (ushort)port)];

    static bool TryAdd(string text, out PortList list)
    {
        list = new PortList();
        return list.TryAdd(Encoding.ASCII.GetBytes(text));
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("8080\n", "8080")]
    [InlineData("8080,9000-9003\n", "8080 9000 9001 9002 9003")]
    [InlineData("1-2,63-65,127-128,65535\n", "1 2 63 64 65 127 128 65535")]
    [InlineData("0\n", "0")]
    [InlineData("5,5-6,3\n", "3 5 6")]
    public void PortsAndRangesAreAdded(string text, string expected)
    {
        Assert.True(TryAdd(text, out var list));
        Assert.Equal(expected, string.Join(' ', s_all.Where(list.Contains)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8080")]
    [InlineData("8080,90")]
    [InlineData(",\n")]
    [InlineData("8080,\n")]
    [InlineData(",8080\n")]
    [InlineData("1,,2\n")]
    [InlineData("-5\n")]
    [InlineData("5-\n")]
    [InlineData("7-5\n")]
    [InlineData("5--7\n")]
    [InlineData("5-6-7\n")]
    [InlineData("65536\n")]
    [InlineData("1-65536\n")]
    [InlineData("18446744073709551617\n")]
    [InlineData("8080 9000\n")]
    [InlineData("8080\n9000\n")]
    [InlineData("all\n")]
    public void WhatIsNoListIsRefused(string text) => Assert.False(TryAdd(text, out _));

    [Fact]
    public void OnlyPortsWithinTheRangeCount()
    {
        Assert.True(TryAdd("100,200-299,1000\n", out var list));
        Assert.Equal(102, list.CountWithin(0, 65535));
        Assert.Equal(101, list.CountWithin(101, 1000));
        Assert.Equal(100, list.CountWithin(200, 999));
        Assert.Equal(1, list.CountWithin(299, 299));
        Assert.Equal(0, list.CountWithin(101, 199));
        Assert.Equal(0, list.CountWithin(300, 999));
        list.Add(150);
        Assert.Equal(103, list.CountWithin(100, 1000));
        list.Clear();
        Assert.Equal(0, list.CountWithin(0, 65535));
    }

    [Fact]
    public void AllPortsFit()
    {
        Assert.True(TryAdd("0-65535\n", out var list));
        Assert.Equal(65536, list.CountWithin(0, 65535));
    }

    [Fact]
    public void RandomListsAreWhatTheyWereMadeFrom()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var (expected, text) = (new bool[65536], new StringBuilder());
            for (var i = random.Next(20); i > 0; i--)
            {
                var first = random.Next(65536);
                var last = random.Next(2) == 0 ? first : Math.Min(65535, first + random.Next(300));
                text.Append(text.Length == 0 ? "" : ",").Append(first == last ? $"{first}" : $"{first}-{last}");
                expected.AsSpan(first, last - first + 1).Fill(true);
            }
            Assert.True(TryAdd($"{text}\n", out var list));
            var (low, high) = (random.Next(65536), random.Next(65536));
            (low, high) = (Math.Min(low, high), Math.Max(low, high));
            Assert.True(
                list.CountWithin((ushort)low, (ushort)high) == expected.Skip(low).Take(high - low + 1).Count(port => port)
                && s_all.All(port => list.Contains(port) == expected[port]),
                $"seed {seed}, round {round}, {text} within {low} and {high}");

            // A cut anywhere is noticed.
            for (var cut = 0; cut <= text.Length; cut++)
                Assert.False(TryAdd(text.ToString(0, cut), out _));
        }
    }

    [Fact]
    public void RandomTextNeverThrows()
    {
        const int seed = 20261122;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var text = random.GetItems("0123456789,,--\n x".AsSpan(), random.Next(24));
            var exception = Record.Exception(() => TryAdd(new string(text) + (i % 2 == 0 ? "\n" : ""), out _));
            Assert.True(exception is null, $"seed {seed}, round {i}, text {new string(text)}: {exception}");
        }
    }
}
