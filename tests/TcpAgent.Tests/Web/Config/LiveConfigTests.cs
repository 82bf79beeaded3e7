using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using TcpAgent.Sources;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Web.Config;

/// <summary>Files that change while they are read.</summary>
public class LiveConfigTests
{
    static LiveConfig Open(WebFolder folder, ReloadStatus status, ListLogger? log = null)
    {
        var findings = new ConfigReport(folder.ConfigFile);
        var config = LiveConfig.Open(folder.ConfigFile, TimeProvider.System, log ?? new ListLogger(), status, findings);
        Assert.True(config is not null, string.Join('\n', findings.Problems.ToArray().Select(one => one.ToString())));
        return config;
    }

    /// <summary>As Kubernetes does it: a link to a folder with the pair is replaced, while handshakes read both.</summary>
    [Fact]
    public async Task APairThatIsSwappedWhileItIsReadIsTheNewPairInTheEnd()
    {
        using var folder = new WebFolder("tls_server_config:\n  cert_file: data/server.crt\n  key_file: data/server.key\n");
        var thumbprints = new string[2];
        for (var i = 0; i < 2; i++)
        {
            using var certificate = WebFolder.Issue($"pair{i}", issuer: null);
            Directory.CreateDirectory(folder.PathOf($"{i}"));
            folder.Write($"{i}/server.crt", certificate.ExportCertificatePem());
            folder.Write($"{i}/server.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            thumbprints[i] = certificate.Thumbprint;
        }
        Link(folder, 0);
        var (status, log) = (new ReloadStatus(), new ListLogger());
        var config = Open(folder, status, log);

        // The pairs are old, as those of a volume are: nothing but the link tells of a change.
        await Task.Delay(100);
        for (var round = 0; round < 15; round++)
        {
            using var stop = new CancellationTokenSource();
            var handshakes = Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                    config.Fresh();
            });
            var clock = Stopwatch.StartNew();
            var pair = 0;
            for (var i = 0; clock.ElapsedMilliseconds < 60; i++)
                Link(folder, pair = i % 2);
            await stop.CancelAsync();
            await handshakes;
            config.Fresh();
            await Task.Delay(50);
            Assert.Equal(thumbprints[pair], config.Fresh().Tls!.Certificate.Thumbprint);
            Assert.Equal(1, status.Successful);
        }
    }

    static void Link(WebFolder folder, int pair)
    {
        File.CreateSymbolicLink(folder.PathOf("next"), folder.PathOf($"{pair}"));
        Assert.Equal(0, TestLibc.rename(folder.PathOf("next"), folder.PathOf("data")));
    }

    /// <summary>The path leads to a pipe between the look at it and its opening, over and over.</summary>
    [Fact]
    public async Task AFileThatBecomesAPipeHoldsNobody()
    {
        using var folder = new WebFolder("rate_limit: {interval: 1s, burst: 5}\n");
        using (var mkfifo = Process.Start("mkfifo", folder.PathOf("pipe")))
            await mkfifo.WaitForExitAsync();
        var config = Open(folder, new ReloadStatus());
        using var stop = new CancellationTokenSource();
        var swaps = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                File.Delete(folder.PathOf("next"));
                File.CreateSymbolicLink(folder.PathOf("next"), folder.PathOf(i % 2 == 0 ? "pipe" : "good.yml"));
                File.Move(folder.PathOf("next"), folder.ConfigFile, overwrite: true);
            }
        });
        folder.Write("good.yml", "rate_limit: {interval: 1s, burst: 5}\n");
        var requests = Task.Run(() =>
        {
            for (var i = 0; i < 3000; i++)
                config.Fresh();
        });
        await requests.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await swaps;
        Assert.Equal(5, config.Fresh().Config.RateLimit!.Burst);
    }
}
