using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace TcpAgent.Tests.Support;

/// <summary>
/// Compares what a test expects of one subject, field by field. A field that the test does not name is not compared; a failure names each
/// field that differs. The parameters of a rig's <c>Shows</c> name the fields.
/// </summary>
sealed class Facts(string subject)
{
    readonly List<string> _differences = [];
    int _compared;

    internal Facts Is(Expected expected, long? actual, [CallerArgumentExpression(nameof(expected))] string field = "") =>
        Compare(expected.IsGiven, expected.Allows(actual), expected.ToString(), Text(actual), field);

    internal Facts Is(string? expected, string? actual, [CallerArgumentExpression(nameof(expected))] string field = "") =>
        Compare(expected is not null, expected == actual, $"\"{expected}\"", actual is null ? "absent" : $"\"{actual}\"", field);

    internal Facts Is<T>(T? expected, T? actual, [CallerArgumentExpression(nameof(expected))] string field = "")
        where T : struct =>
        Compare(expected is not null, expected.Equals(actual), Text(expected), Text(actual), field);

    /// <summary>Fails if a field differs, or if the test named none.</summary>
    [StackTraceHidden]
    internal void Verify()
    {
        Assert.True(_compared > 0, $"{subject}: nothing is expected");
        Assert.True(_differences.Count == 0, $"{subject}: {string.Join("; ", _differences)}");
    }

    internal static string Text<T>(T? value)
        where T : struct => value is null ? "absent" : string.Create(CultureInfo.InvariantCulture, $"{value}");

    Facts Compare(bool isGiven, bool isEqual, string expected, string actual, string field)
    {
        if (isGiven)
            _compared++;
        if (isGiven && !isEqual)
            _differences.Add($"{field} is {actual}, expected {expected}");
        return this;
    }
}
