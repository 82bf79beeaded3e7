#!/bin/sh
# Builds artifacts/packages/tcp-agent_VERSION_ARCH.deb from the published executable, for its architecture; needs debhelper. Called by
# make deb.
set -eu
cd "$(dirname "$0")/../.."
. packaging/common.sh
arch=${architectures% *}
mkdir "$stage/tcp-agent"
cp -r packaging/deb/debian packaging/man packaging/completion packaging/systemd packaging/web.config.example.yml \
    "$published/tcp-agent" "$published/tcp-agent.cdx.json" "$published/third-party-notices.txt" "$stage/tcp-agent"
cp packaging/systemd/tcp-agent.service packaging/systemd/tcp-agent.socket "$stage/tcp-agent/debian"
cp -r deploy/prometheus deploy/grafana "$stage/tcp-agent"
cp packaging/tcp-agent.default "$stage/tcp-agent/debian/tcp-agent.default"
(cd "$stage/tcp-agent" && dpkg-buildpackage --host-arch="$arch" --build=binary --no-sign --no-check-builddeps >"$stage/log" 2>&1) || { cat "$stage/log" >&2; exit 1; }
cp "$stage"/*.deb "$out"
ls -l "$out"/*.deb
