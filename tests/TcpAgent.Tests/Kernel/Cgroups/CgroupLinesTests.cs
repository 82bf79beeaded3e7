using System.Text;
using TcpAgent.Kernel.Cgroups;

namespace TcpAgent.Tests.Kernel.Cgroups;

public class CgroupLinesTests
{
    const string Hybrid =
        "12:cpu,cpuacct:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n0::/payload:with/colon\n";

    static string? Find(string text, string controller) =>
        CgroupLines.TryFind(Encoding.Latin1.GetBytes(text), Encoding.Latin1.GetBytes(controller), out var path)
            ? Encoding.Latin1.GetString(path)
            : null;

    [Theory]
    [InlineData(Hybrid, "", "/payload:with/colon")]
    [InlineData(Hybrid, "cpu", "/system.slice/nginx.service")]
    [InlineData(Hybrid, "cpuacct", "/system.slice/nginx.service")]
    [InlineData(Hybrid, "name=systemd", "/system.slice/nginx.service")]
    [InlineData(Hybrid, "cpuse", null)]
    [InlineData("0::/\n", "", "/")]
    [InlineData("0::/system.slice/gone.service (deleted)\n", "", null)]
    [InlineData("4:cpu:/a\n", "", null)]
    [InlineData("0::relative\n", "", null)]
    [InlineData("0::\n0:\n:\n\n0::/torn", "", null)]
    public void TheLineOfAHierarchy(string text, string controller, string? path) => Assert.Equal(path, Find(text, controller));
}
