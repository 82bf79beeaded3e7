using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

/// <summary>A redacted report identifies nobody and still says which address is the same as which.</summary>
public class RedactorTests
{
    [Theory]
    [InlineData("accept_queue of 10.91.0.1:8080, 5 of 4.", "accept_queue of ipv4-1:8080, 5 of 4.")]
    [InlineData("From 10.0.0.1 to 10.0.0.2, not 10.0.0.1.", "From ipv4-1 to ipv4-2, not ipv4-1.")]
    [InlineData("10.0.0.0/8", "ipv4-1/8")]
    [InlineData("client:10.0.0.1:80", "client:ipv4-1:80")]
    [InlineData("[2001:db8::1]:443 and 2001:0db8:0:0:0:0:0:1", "[ipv6-1]:443 and ipv6-1")]
    [InlineData("fe80::1%eth0 2001:db8::", "ipv6-1%eth0 ipv6-2")]
    [InlineData("::ffff:192.0.2.7 is 192.0.2.7", "ipv4-1 is ipv4-1")]
    [InlineData("address=\"2001:db8::5\",port=\"443\"", "address=\"ipv6-1\",port=\"443\"")]
    [InlineData("link 02:42:AC:11:00:02, 02:42:ac:11:00:02", "link mac-1, mac-1")]
    [InlineData("web-1 runs; web-12 does not; myweb-1", "host runs; web-12 does not; myweb-1")]
    public void AddressesHaveTheSameNameThroughout(string text, string expected) =>
        Assert.Equal(expected, new Redactor("web-1").Apply(text));

    [Theory]
    [InlineData("22:05:31 2026-11-30T22:05:31.123Z 16:16")]
    [InlineData("127.0.0.1:10793 [::]:443 [::1]:1 0.0.0.0 :: 255.255.255.0 localhost")]
    [InlineData("Linux 6.18.5.1.2, 10.0.1, 1.2.3.4.5, 300.1.1.1, 1.2.3")]
    [InlineData("tcpagent_sysctl{name=\"net.ipv4.tcp_rmem[0]\"} 4096")]
    [InlineData("cafe dead:beef a:b: std::string 0::/system.slice/tcp-agent.service")]
    [InlineData("TcpExt: 1 2 3\n0000abcd 00000000\n")]
    public void WhatIsNoAddressOrNobodysStays(string text) => Assert.Equal(text, new Redactor("").Apply(text));

    [Fact]
    public void NamesGoOnInTheNextText()
    {
        var redactor = new Redactor("h");
        Assert.Equal("ipv4-1 ipv4-2", redactor.Apply("10.0.0.1 10.0.0.2"));
        Assert.Equal("ipv4-2 ipv4-3 h", redactor.Apply("10.0.0.2 10.0.0.3 h"));
        Assert.Equal(3, redactor.Count);
    }
}
