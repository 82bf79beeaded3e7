using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace TcpAgent.Web.Config;

/// <summary>subjectAltName of a client's certificate (RFC 5280, 4.2.1.6): e-mail, DNS, URI and IP, compared exactly.</summary>
static class AlternativeNames
{
    const string SubjectAltName = "2.5.29.17";

    // GeneralName's tags.
    const int Rfc822Name = 1, DnsName = 2, Uri = 6, IpAddress = 7;

    internal static bool HasOneOf(X509Certificate2 certificate, IReadOnlyList<string> allowed)
    {
        try
        {
            foreach (var extension in certificate.Extensions)
                if (extension.Oid?.Value == SubjectAltName && HasOneOf(extension.RawData, allowed))
                    return true;
        }
        catch (AsnContentException)
        {
            // A malformed entry names nobody.
        }
        return false;
    }

    static bool HasOneOf(ReadOnlyMemory<byte> names, IReadOnlyList<string> allowed)
    {
        var reader = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var name = Next(reader);
            foreach (var one in allowed)
                if (one == name)
                    return true;
        }
        return false;
    }

    static string? Next(AsnReader reader)
    {
        var tag = reader.PeekTag();
        if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue is Rfc822Name or DnsName or Uri)
            return reader.ReadCharacterString(UniversalTagNumber.IA5String, tag);
        if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue == IpAddress)
        {
            var bytes = reader.ReadOctetString(tag);
            return bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : null;
        }
        reader.ReadEncodedValue();
        return null;
    }
}
