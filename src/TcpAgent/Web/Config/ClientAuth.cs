namespace TcpAgent.Web.Config;

/// <summary>Policies for client certificates, as Go's crypto/tls names them.</summary>
enum ClientAuth
{
    NoClientCert,
    RequestClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}
