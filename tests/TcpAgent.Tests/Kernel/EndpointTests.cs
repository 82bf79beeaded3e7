using System.Net;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class EndpointTests
{
    static Endpoint Of(string address, ushort port = 443) => Endpoint.From(IPAddress.Parse(address).GetAddressBytes(), port);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "0.0.0.0", true)]
    [InlineData("255.255.255.255", "255.255.255.255", true)]
    [InlineData("::", "::", false)]
    [InlineData("::1", "::1", false)]
    [InlineData("2001:db8::10", "2001:db8::10", false)]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3", true)]
    [InlineData("::fffe:10.1.2.3", "::fffe:a01:203", false)]
    [InlineData("1::ffff:10.1.2.3", "1::ffff:a01:203", false)]
    public void AnAddressIsWrittenAsItIsRead(string address, string expected, bool isIPv4)
    {
        var endpoint = Of(address);
        Assert.Equal(expected, endpoint.Address.ToString());
        Assert.Equal(isIPv4, endpoint.IsIPv4);
        Assert.Equal((ushort)443, endpoint.Port);
    }

    [Theory]
    [InlineData("127.0.0.0", true)]
    [InlineData("127.255.255.255", true)]
    [InlineData("126.255.255.255", false)]
    [InlineData("128.0.0.0", false)]
    [InlineData("::1", true)]
    [InlineData("::", false)]
    [InlineData("::2", false)]
    [InlineData("1::1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("::ffff:127.0.0.1", true)]
    public void LoopbackIsAsTheKernelHasIt(string address, bool isLoopback) => Assert.Equal(isLoopback, Of(address).IsLoopback);

    [Fact]
    public void AMappedAddressIsTheIPv4One() => Assert.Equal(Of("10.1.2.3"), Of("::ffff:10.1.2.3"));

    [Fact]
    public void TheWildcardsAreTwoAndKeepThePort()
    {
        Assert.Equal(Of("0.0.0.0", 80), Of("10.1.2.3", 80).AnyIPv4);
        Assert.Equal(Of("::", 80), Of("10.1.2.3", 80).AnyIPv6);
        Assert.NotEqual(Of("0.0.0.0"), Of("::"));
        Assert.NotEqual(Of("10.1.2.3", 80), Of("10.1.2.3", 81));
    }

    [Theory]
    [InlineData("0100007F:1F90", "127.0.0.1", 8080)]
    [InlineData("01005B0A:0016", "10.91.0.1", 22)]
    [InlineData("00000000:FFFF", "0.0.0.0", 65535)]
    [InlineData("00000000000000000000000000000000:20FB", "::", 8443)]
    [InlineData("910000FD000000000000000001000000:1FA5", "fd00:91::1", 8101)]
    [InlineData("0000000000000000FFFF000001005B0A:20fb", "10.91.0.1", 8443)]
    [InlineData("B80D01200000000067452301EFCDAB89:0001", "2001:db8::123:4567:89ab:cdef", 1)]
    public void TheHexOfProcIsInTheHostsWords(string text, string address, int port)
    {
        Assert.True(Endpoint.TryParseHex(Encoding.ASCII.GetBytes(text), out var endpoint));
        Assert.Equal(address, endpoint.Address.ToString());
        Assert.Equal(port, endpoint.Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("0100007F")]
    [InlineData("0100007F:")]
    [InlineData("0100007F:1F9")]
    [InlineData("0100007F:1F900")]
    [InlineData("0100007F:000000001F90")]
    [InlineData("0100007F:1F9G")]
    [InlineData("0100007G:1F90")]
    [InlineData("100007F:1F90")]
    [InlineData("00100007F:1F90")]
    [InlineData("0x00007F:1F90")]
    [InlineData(":0100007F1F90")]
    [InlineData("0100007F:1F90:00")]
    [InlineData("910000FD00000000000000000100000:1FA5")]
    [InlineData("910000FD0000000000000000010000000:1FA5")]
    [InlineData("910000FD0000000000000000010000-1:1FA5")]
    [InlineData("127.0.0.1:8080")]
    public void OtherTextIsRefused(string text) => Assert.False(Endpoint.TryParseHex(Encoding.ASCII.GetBytes(text), out _));
}
