using System.Security.Cryptography;
using System.Text.Json;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The bill of materials names what is in the executable, and that is what the lock file allows.</summary>
[Trait("Category", "live")]
public class BillOfMaterialsTests
{
    /// <summary>Tools that work on the source and leave nothing in the executable.</summary>
    static readonly string[] s_buildOnly = ["Microsoft.CodeAnalysis.BannedApiAnalyzers", "Microsoft.NET.ILLink.Tasks"];

    static JsonElement Bill => JsonDocument.Parse(File.ReadAllText(Path.Combine(Published.Own.Folder, "tcp-agent.cdx.json"))).RootElement;

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    [SkippableFact]
    public void EveryPackageIsTheLockedOne()
    {
        var locked = JsonDocument.Parse(File.ReadAllText(Repo.Path("src", "TcpAgent", "packages.lock.json"))).RootElement
            .GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            .Where(package => !s_buildOnly.Contains(package.Name))
            .Select(package => (package.Name, Text(package.Value, "resolved"), Text(package.Value, "contentHash")));
        var shipped = Bill.GetProperty("components").EnumerateArray()
            .Where(component => Text(component, "type") == "library")
            .Select(
                component => (Text(component, "name"), Text(component, "version"), Text(component.GetProperty("properties")[0], "value")));
        Assert.Equal(locked.Order(), shipped.Order());
    }

    [SkippableFact]
    public void TheRuntimeIsNamedAndTheExecutableIsThisOne()
    {
        var frameworks = Bill.GetProperty("components").EnumerateArray().Where(component => Text(component, "type") == "framework")
            .ToArray();
        Assert.Equal(
            [$"Microsoft.AspNetCore.App.Runtime.{Published.Own.Rid}", $"Microsoft.NETCore.App.Runtime.NativeAOT.{Published.Own.Rid}"],
            frameworks.Select(framework => Text(framework, "name")).Order());
        Assert.All(frameworks, framework => Assert.Matches(@"^10\.\d+\.\d+$", Text(framework, "version")));
        using var program = File.OpenRead(Published.Own.Program);
        var agent = Bill.GetProperty("metadata").GetProperty("component");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(program)), Text(agent.GetProperty("hashes")[0], "content"));
    }

    /// <summary>The rules that the schema of CycloneDX 1.5 states for the parts used here.</summary>
    [SkippableFact]
    public void TheDocumentHangsTogether()
    {
        Assert.Equal(("CycloneDX", "1.5", 1), (Text(Bill, "bomFormat"), Text(Bill, "specVersion"), Bill.GetProperty("version").GetInt32()));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Text(Bill, "serialNumber"));
        var components = Bill.GetProperty("components").EnumerateArray().Append(Bill.GetProperty("metadata").GetProperty("component"))
            .ToArray();
        var references = components.Select(component => Text(component, "bom-ref")).ToArray();
        Assert.Equal(references.Length, references.Distinct().Count());
        Assert.All(components, component =>
        {
            Assert.Contains(Text(component.GetProperty("licenses")[0].GetProperty("license"), "id"), (string[])["MIT", "Apache-2.0"]);
            Assert.Matches("^([0-9a-f]{64}|[0-9a-f]{128})$", Text(component.GetProperty("hashes")[0], "content"));
        });
        var dependencies = Bill.GetProperty("dependencies").EnumerateArray().ToArray();
        Assert.Equal(references.Order(), dependencies.Select(dependency => Text(dependency, "ref")).Order());
        Assert.All(
            dependencies, dependency => Assert.Empty(dependency.GetProperty("dependsOn").EnumerateArray().Select(on =>
                on.GetString()!).Except(references)));
    }

    [SkippableFact]
    public void EveryComponentIsInTheNotices()
    {
        var notices = File.ReadAllText(Path.Combine(Published.Own.Folder, "third-party-notices.txt"));
        foreach (var component in Bill.GetProperty("components").EnumerateArray())
            Assert.Contains($"\n{Text(component, "name")} {Text(component, "version")}\n", notices, StringComparison.Ordinal);
        Assert.Contains("Apache License", notices, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted, free of charge", notices, StringComparison.Ordinal);
    }
}
