using System.Text;
using TcpAgent.Kernel.Processes;

namespace TcpAgent.Tests.Kernel.Processes;

public class PodVolumesTests
{
    const string Uid = "8c1f0d2e-3b4a-4c5d-9e6f-7a8b9c0d1e2f";

    static string? Find(string mounts) =>
        PodVolumes.TryFindContainer(Encoding.Latin1.GetBytes(mounts), Encoding.ASCII.GetBytes(Uid), out var name)
            ? Encoding.Latin1.GetString(name)
            : null;

    [Theory]
    [InlineData("/var/lib/kubelet/pods/" + Uid + "/containers/web/0b1a2c3d /dev/termination-log rw", "web")]
    [InlineData("/pods/" + Uid + "/etc-hosts /etc/hosts rw\n1 2 0:1 /pods/" + Uid + "/containers/side-car-2/1 /dev/x rw", "side-car-2")]
    [InlineData("/pods/other/containers/web/1 /dev/termination-log rw", null)]
    [InlineData("/pods/" + Uid + "/containers//1 /dev/termination-log rw", null)]
    [InlineData("/pods/" + Uid + "/containers/we\"b/1 /dev/termination-log rw", null)]
    [InlineData("/pods/" + Uid + "/containers/web", null)]
    [InlineData("/pods/" + Uid, null)]
    [InlineData("", null)]
    public void TheContainerOfThePodIsFound(string mount, string? name) => Assert.Equal(name, Find($"980 970 259:1 {mount}"));

    [Fact]
    public void ALongNameIsNone() => Assert.Null(Find($"/pods/{Uid}/containers/{new string('a', 64)}/1 /dev/termination-log rw"));
}
