namespace TcpAgent.Tests.Support;

/// <summary>What a test expects of one number: a value, its absence, or by default nothing.</summary>
readonly struct Expected
{
    readonly long? _value;

    Expected(long? value) => (_value, IsGiven) = (value, true);

    internal static Expected Absent => new(null);

    /// <summary>False if the test says nothing about the number.</summary>
    internal bool IsGiven { get; }

    public static implicit operator Expected(long? value) => new(value);

    internal bool Allows(long? actual) => !IsGiven || _value == actual;

    public override string ToString() => Facts.Text(_value);
}
