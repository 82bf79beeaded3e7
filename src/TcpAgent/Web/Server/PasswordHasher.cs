namespace TcpAgent.Web;

/// <summary>What turns a password and a setting into a hash: bcrypt, and in tests what counts its calls.</summary>
delegate string? PasswordHasher(ReadOnlySpan<byte> password, string setting);
