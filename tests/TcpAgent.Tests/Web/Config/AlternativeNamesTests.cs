using System.Security.Cryptography.X509Certificates;
using TcpAgent.Web.Config;

namespace TcpAgent.Tests.Web.Config;

/// <summary>client_allowed_sans, name by name.</summary>
public class AlternativeNamesTests
{
    static bool Allows(string allowed, Action<SubjectAlternativeNameBuilder> names)
    {
        using var certificate = WebFolder.Issue("somebody", issuer: null, names: names);
        return AlternativeNames.HasOneOf(certificate, [allowed]);
    }

    /// <summary>As in exporter-toolkit. docs/tls.md warns of CAs that issue e-mail names of somebody else's choice.</summary>
    [Fact]
    public void ANameCountsWhateverItsType()
    {
        Assert.True(Allows("prometheus.example", names => names.AddDnsName("prometheus.example")));
        Assert.True(Allows("prometheus.example", names => names.AddEmailAddress("prometheus.example")));
        Assert.Contains("whatever its type", File.ReadAllText(Repo.Path("docs", "tls.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.example")]
    [InlineData("PROMETHEUS.example")]
    [InlineData("prometheus.example.")]
    [InlineData("prometheus.example\0")]
    [InlineData("prometheus")]
    [InlineData("")]
    public void ANameIsComparedExactly(string allowed) =>
        Assert.False(Allows(allowed, names => names.AddDnsName("prometheus.example")));

    [Fact]
    public void TheSubjectIsNoAlternativeName()
    {
        using var certificate = WebFolder.Issue("somebody", issuer: null);
        Assert.False(AlternativeNames.HasOneOf(certificate, ["CN=somebody"]));
        Assert.True(AlternativeNames.HasOneOf(certificate, ["somebody"]));
        Assert.True(AlternativeNames.HasOneOf(certificate, ["127.0.0.1"]));
    }
}
