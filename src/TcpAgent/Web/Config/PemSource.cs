namespace TcpAgent.Web.Config;

/// <summary>Certificates or a key, in the file itself or in a file that it names.</summary>
/// <param name="Key">The key of the setting.</param>
/// <param name="At">The place of the setting.</param>
/// <param name="Text">PEM, or the path when <paramref name="IsFile"/>.</param>
/// <param name="IsFile">Whether it is a path.</param>
sealed record PemSource(string Key, Node At, string Text, bool IsFile);
