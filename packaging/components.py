#!/usr/bin/env python3
"""What is inside the published executable, from the build's own record of it (tcp-agent.deps.json) and the packages' manifests.

Writes, beside each other into a folder:
  tcp-agent.cdx.json       CycloneDX 1.5, a bill of materials
  third-party-notices.txt  the copyright and licence of each component, and the notices that .NET asks to be passed on

usage: components.py RID FOLDER [ARTIFACTS]        after: dotnet publish src/TcpAgent -c Release -r RID -o FOLDER [--artifacts-path ARTIFACTS]
"""
import base64
import hashlib
import json
import os
import re
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = Path(os.environ.get("NUGET_PACKAGES", Path.home() / ".nuget" / "packages"))


def main():
    rid, folder = sys.argv[1], Path(sys.argv[2])
    artifacts = Path(sys.argv[3]) if len(sys.argv) > 3 else ROOT / "artifacts"
    deps = json.loads((artifacts / f"bin/TcpAgent/release_{rid}/tcp-agent.deps.json").read_text())
    target = next(libraries for name, libraries in deps["targets"].items() if name.endswith("/" + rid))
    program = next(key for key in target if key.startswith("tcp-agent/"))
    components = {key: component(key) for key in target if key != program}
    executable = (folder / "tcp-agent").read_bytes()
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(executable).hexdigest())),
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": program,
                "name": "tcp-agent",
                "version": program.split("/")[1],
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(executable).hexdigest()}],
                "properties": [{"name": "tcp-agent:runtime-identifier", "value": rid}],
            },
        },
        "components": [bom for bom, _ in components.values()],
        "dependencies": [
            {"ref": reference(key), "dependsOn": sorted(reference(f"{n}/{v}") for n, v in entry.get("dependencies", {}).items())}
            for key, entry in target.items()
        ],
    }
    (folder / "tcp-agent.cdx.json").write_text(json.dumps(bom, indent=2, ensure_ascii=True) + "\n")
    (folder / "third-party-notices.txt").write_text(notices(components), encoding="utf-8")


def identity(key):
    """Name and version of a component. The record names the pack of the JIT's runtime, where the native one is what is linked in."""
    return key.removeprefix("runtimepack.").replace("Microsoft.NETCore.App.Runtime.linux", "Microsoft.NETCore.App.Runtime.NativeAOT.linux").split("/")


def reference(key):
    """The name of a component within the document."""
    name, version = identity(key)
    return key if name == "tcp-agent" else f"pkg:nuget/{name}@{version}"


def component(key):
    """One package: its entry in the bill, and its folder in the package cache."""
    name, version = identity(key)
    home = PACKAGES / name.lower() / version
    manifest = (home / f"{name.lower()}.nuspec").read_text(encoding="utf-8-sig")

    def field(tag):
        found = re.search(rf"<{tag}[^>]*>([^<]+)</{tag}>", manifest)
        return found.group(1) if found else None

    if field("license") is None:
        sys.exit(f"{name} {version} does not say its licence: look, and say it here")
    digest = base64.b64decode((home / f"{name.lower()}.{version}.nupkg.sha512").read_text())
    bom = {
        "type": "framework" if key.startswith("runtimepack.") else "library",
        "bom-ref": reference(key),
        "name": name,
        "version": version,
        "purl": reference(key),
        "publisher": field("authors"),
        "licenses": [{"license": {"id": field("license")}}],
        "hashes": [{"alg": "SHA-512", "content": digest.hex()}],
        # The lock file's hash leaves out the signature that the registry adds to the file.
        "properties": [{"name": "nuget:contentHash", "value": json.loads((home / ".nupkg.metadata").read_text())["contentHash"]}],
    }
    if field("copyright"):
        bom["copyright"] = field("copyright")
    return bom, home


def notices(components):
    """One text: who made what under which licence, then each licence once, then the notices of the runtime."""
    text = ["tcp-agent contains the following components.\n"]
    for bom, _ in components.values():
        owner = bom.get("copyright") or f"Copyright (c) {bom['publisher']}"
        text.append(f"{bom['name']} {bom['version']}\n  {owner}\n  Licence: {bom['licenses'][0]['license']['id']}\n")
    homes = [home for bom, home in components.values() if bom["type"] == "framework"]
    text.append(heading("MIT") + next(homes[0].glob("LICENSE*")).read_text(encoding="utf-8-sig"))
    text.append(heading("Apache-2.0") + (ROOT / "LICENSE").read_text())
    for home in homes:
        text.append(heading(home.parent.name) + (home / "THIRD-PARTY-NOTICES.TXT").read_text(encoding="utf-8-sig"))
    return "\n".join(text).replace("\r\n", "\n")


def heading(title):
    return f"{'=' * 78}\n{title}\n{'=' * 78}\n\n"


if __name__ == "__main__":
    main()
