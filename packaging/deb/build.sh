#!/bin/sh
# Builds artifacts/packages/tcp-agent_VERSION_ARCH.deb from the published executable, for its architecture; needs debhelper. Called by
# make deb.
# The same sources give the same bytes: time stamps are those of the last commit.
set -eu
cd "$(dirname "$0")/../.."
published=${1:-artifacts/tcp-agent}
out=${2:-artifacts/packages}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y packaging/deb/debian/changelog)}
export SOURCE_DATE_EPOCH

arch=$(packaging/architecture.sh "$published/tcp-agent")
arch=${arch% *}

mkdir -p "$out"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/tcp-agent"
cp -r packaging/deb/debian packaging/man packaging/completion packaging/systemd packaging/web.config.example.yml \
    "$published/tcp-agent" "$published/tcp-agent.cdx.json" "$published/third-party-notices.txt" "$stage/tcp-agent"
cp packaging/systemd/tcp-agent.service packaging/systemd/tcp-agent.socket "$stage/tcp-agent/debian"
cp packaging/tcp-agent.default "$stage/tcp-agent/debian/tcp-agent.default"
(cd "$stage/tcp-agent" && dpkg-buildpackage --host-arch="$arch" --build=binary --no-sign --no-check-builddeps >"$stage/log" 2>&1) || { cat "$stage/log" >&2; exit 1; }
cp "$stage"/*.deb "$out"
ls -l "$out"/*.deb
