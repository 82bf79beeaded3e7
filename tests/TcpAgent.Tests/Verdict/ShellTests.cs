using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

public class ShellTests
{
    [Theory]
    [InlineData("eth0", "eth0")]
    [InlineData("eth0.100@if3", "eth0.100@if3")]
    [InlineData("$(reboot)", "'$(reboot)'")]
    [InlineData("a;b", "'a;b'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData(@"\x1b[31m", @"$'\x1b[31m'")]
    [InlineData(@"a\\b", @"$'a\\b'")]
    [InlineData(@"\xe9'", @"$'\xe9\''")]
    [InlineData("", "''")]
    public void AnyNameIsOneWord(string name, string expected) => Assert.Equal(expected, Shell.Word(name));
}
