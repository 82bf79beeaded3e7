using System.Text;

namespace TcpAgent.Cli;

/// <summary>The flags in force for people, with the origin of each value.</summary>
static class SettingsText
{
    const int NameWidth = 24, ValueWidth = 24;

    internal static string Write(IReadOnlyList<FlagSetting> settings)
    {
        var text = new StringBuilder($"{"flag",-NameWidth} {"value",-ValueWidth} origin\n");
        foreach (var (name, value, origin) in settings)
            text.Append($"{name,-NameWidth} {(value.Length == 0 ? "-" : value),-ValueWidth} {origin}\n");
        return text.ToString();
    }
}
