namespace TcpAgent.Web.Config;

/// <summary>Certificates or a key, in the file itself or in one that it names.</summary>
/// <param name="Key">Which key of the file said so.</param>
/// <param name="At">Where.</param>
/// <param name="Text">PEM, or the path when <paramref name="IsFile"/>.</param>
/// <param name="IsFile">Whether it is a path.</param>
sealed record PemSource(string Key, Node At, string Text, bool IsFile);
