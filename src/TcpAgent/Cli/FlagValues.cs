using System.Globalization;
using System.Net;

namespace TcpAgent.Cli;

/// <summary>The kinds of values that flags take.</summary>
static class FlagValues
{
    internal static FlagValue<string> Text(string placeholder) => new() { Placeholder = placeholder, TryParse = TryParseAny };

    internal static FlagValue<string> Path(string placeholder) => new()
    {
        Placeholder = placeholder,
        Expected = "a path",
        TryParse = static (text, out value) => TryParseAny(text, out value) && text.Length > 0,
    };

    /// <summary>An address of this host and a port; every address without one.</summary>
    internal static FlagValue<IPEndPoint> ListenAddress { get; } = new()
    {
        Placeholder = "[IP]:PORT",
        Expected = "[IP]:PORT, such as :10793, 127.0.0.1:10793, [::1]:10793 or localhost:10793",
        TryParse = TryParseAddress,
    };

    /// <summary>A name of a file, which a shell completes.</summary>
    internal static FlagValue<string> File { get; } = Text("FILE");

    internal static FlagValue<string> Folder { get; } = new()
    {
        Placeholder = "DIR",
        Expected = "an existing directory",
        TryParse = static (text, out value) => Directory.Exists(value = text),
    };

    internal static FlagValue<int> Number(int min, int max) => new()
    {
        Placeholder = "N",
        Expected = $"a number from {min} to {max}",
        TryParse = (text, out value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
    };

    internal static FlagValue<string> HostName { get; } = new()
    {
        Placeholder = "NAME",
        Expected = "a host name without a port, *.DOMAIN or *",
        TryParse = TryParseHost,
    };

    /// <summary>A limit that is not there.</summary>
    internal static FlagValue<Supposition> Supposition { get; } = new()
    {
        Placeholder = "SYSCTL=VALUE",
        Expected = Cli.Supposition.Expected,
        TryParse = Cli.Supposition.TryParse,
    };

    /// <summary>A number above 0 and at most 1.</summary>
    internal static FlagValue<double> Share { get; } = new()
    {
        Placeholder = "SHARE",
        Expected = "a number above 0, at most 1",
        TryParse = static (text, out value) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is > 0 and <= 1,
    };

    /// <summary>The range is given in the notation of its values, and so is the example.</summary>
    internal static FlagValue<TimeSpan> Duration(string min, string max, string example = ", such as 1m30s")
    {
        var (least, most) = (ParseDuration(min), ParseDuration(max));
        return new()
        {
            Placeholder = "DURATION",
            Expected = $"a duration from {min} to {max}{example}",
            TryParse = (text, out value) => Metrics.Duration.TryParse(text, out value) && value >= least && value <= most,
        };
    }

    internal static FlagValue<T> OneOf<T>(string placeholder, params (string Text, T Value)[] choices)
    {
        var texts = Array.ConvertAll(choices, choice => choice.Text);
        return new()
        {
            Placeholder = placeholder,
            Expected = $"one of {string.Join(", ", texts)}",
            Choices = texts,
            TryParse = (text, out value) =>
            {
                var index = Array.IndexOf(texts, text);
                value = index < 0 ? default! : choices[index].Value;
                return index >= 0;
            },
        };
    }

    static bool TryParseAddress(string text, out IPEndPoint value)
    {
        var host = text.StartsWith(':') ? $"[::]{text}"
            : text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1{text[9..]}"
            : text;
        value = null!;
        return host.LastIndexOf(':') > host.LastIndexOf(']') && IPEndPoint.TryParse(host, out value!)
            && value.Port is > 0 and <= IPEndPoint.MaxPort && host.EndsWith($":{value.Port}", StringComparison.Ordinal);
    }

    static bool TryParseHost(string text, out string value)
    {
        value = text.TrimEnd('.');
        return value.Length > 0 && value.AsSpan().IndexOfAny(":/ ") < 0 && value.LastIndexOf('*') <= 0
            && (value[0] != '*' || value.Length == 1 || value.StartsWith("*.", StringComparison.Ordinal));
    }

    static bool TryParseAny(string text, out string value)
    {
        value = text;
        return true;
    }

    static TimeSpan ParseDuration(string text) => Metrics.Duration.TryParse(text, out var value) ? value : throw new FormatException(text);
}
