#!/bin/sh
# Builds the last commit in a clone elsewhere and compares what comes out with what make deb rpm has built. Called by make reproducible.
set -eu
cd "$(dirname "$0")/../../.."
[ -z "$(git status --porcelain)" ] || { echo "reproducible: there are changes that no commit holds" >&2; exit 1; }
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone -q . "$clone/elsewhere"
make -s -C "$clone/elsewhere" deb rpm >/dev/null
for file in tcp-agent/tcp-agent tcp-agent/tcp-agent.cdx.json packages/*.deb packages/*.rpm; do
    for built in $(cd artifacts && echo $file); do
        cmp "artifacts/$built" "$clone/elsewhere/artifacts/$built"
        sha256sum "artifacts/$built"
    done
done
