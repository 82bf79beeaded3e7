#!/bin/sh
# The packs of .NET that are linked into the executable or link it. NuGet's lock files do not name them, because no project refers to them.
# Without write, each must have the hash that packs.lock says; with it, prints those that were restored, for packs.lock.
#
# usage: packs.sh RID VERSION PACKAGES [write]
set -eu
rid=$1 version=$2 packages=${3%/} mode=${4:-check}
case $(uname -m) in
    aarch64 | arm64) own=linux-arm64 ;;
    *) own=linux-x64 ;;
esac
lock=$(dirname "$0")/packs.lock
# The compiler is that of the machine that builds; the lock names both.
[ "$mode" = check ] || own=$rid
for name in "microsoft.aspnetcore.app.runtime.$rid" "microsoft.netcore.app.runtime.nativeaot.$rid" "runtime.$own.microsoft.dotnet.ilcompiler"; do
    metadata=$packages/$name/$version/.nupkg.metadata
    [ -f "$metadata" ] || { echo "packs.sh: $name $version was not restored into $packages" >&2; exit 1; }
    line="$name $version $(sed -n 's/.*"contentHash": *"\([^"]*\)".*/\1/p' "$metadata")"
    if [ "$mode" = write ]; then
        echo "$line"
    elif ! grep -qxF "$line" "$lock"; then
        echo "packs.sh: $line is not in packaging/native/packs.lock: another SDK needs make lock, the same one should not be here" >&2
        exit 1
    fi
done
