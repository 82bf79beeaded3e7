namespace TcpAgent.Web;

enum Admission
{
    Granted,
    Refused,

    /// <summary>Too many passwords wait to be checked.</summary>
    Busy,
}
