namespace TcpAgent.Web;

/// <summary>Turns a password and a setting into a hash: bcrypt, or a counting substitute in tests.</summary>
delegate string? PasswordHasher(ReadOnlySpan<byte> password, string setting);
