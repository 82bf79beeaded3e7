using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Tests.Kernel.Cgroups;

public class MemoryEventsTests
{
    [Theory]
    [InlineData("low 0\nhigh 0\nmax 12\noom 0\nsock_throttled 42\n", 42)]
    [InlineData("sock_throttled 0\n", 0)]
    [InlineData("sock_throttled 4", KernelValue.Absent)]
    [InlineData("low 0\nhigh 0\n", KernelValue.Absent)]
    [InlineData("", KernelValue.Absent)]
    [InlineData("sock_throttled\n", KernelValue.Absent)]
    [InlineData("sock_throttled -1\n", KernelValue.Absent)]
    [InlineData("sock_throttled 99999999999999999999\n", long.MaxValue)]
    [InlineData("not_sock_throttled 3\n", KernelValue.Absent)]
    public void TheCountIsFoundByItsName(string text, long expected) =>
        Assert.Equal(expected, MemoryEvents.Parse(Encoding.ASCII.GetBytes(text)));
}
