using System.Net;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Which listener a connection belongs to.</summary>
public class ListenerLookupTests
{
    readonly ListenerTable _table = new(TimeSpan.FromSeconds(60), new ManualTime());

    static Endpoint At(string address, ushort port = 80) => Endpoint.From(IPAddress.Parse(address).GetAddressBytes(), port);

    void Listen(params string[] addresses)
    {
        _table.Begin();
        for (var i = 0; i < addresses.Length; i++)
            _table.Add(new ListenRow(At(addresses[i]), (ulong)i + 1, 0, 128, 0));
        _table.End(0);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.2", "0.0.0.0")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:db8::2", "::")]
    public void AConnectionBelongsToTheExactAddressBeforeTheWildcard(string local, string expected)
    {
        Listen("::", "0.0.0.0", "10.0.0.1", "2001:db8::1");
        Assert.Equal(expected, _table.For(At(local))?.Endpoint.Address.ToString());
    }

    [Fact]
    public void AnIPv4ConnectionMayBelongToAnIPv6Listener()
    {
        Listen("::");
        Assert.Equal("::", _table.For(At("10.0.0.1"))?.Endpoint.Address.ToString());
        Assert.Equal("::", _table.For(At("::ffff:10.0.0.1"))?.Endpoint.Address.ToString());
        Assert.Null(_table.For(At("10.0.0.1", 81)));
    }

    [Fact]
    public void AnIPv6ConnectionDoesNotBelongToAnIPv4Listener()
    {
        Listen("0.0.0.0");
        Assert.Null(_table.For(At("2001:db8::1")));
        Assert.NotNull(_table.For(At("::ffff:10.0.0.1")));
    }
}
