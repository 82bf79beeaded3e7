#!/bin/sh
# Builds artifacts/packages/tcp-agent-VERSION-1.ARCH.rpm from the published executable, for its architecture; needs rpmbuild. Called by
# make rpm.
# The same sources give the same bytes: time stamps are those of the last commit.
set -eu
cd "$(dirname "$0")/../.."
published=$(realpath "${1:-artifacts/tcp-agent}")
out=${2:-artifacts/packages}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y packaging/deb/debian/changelog)}
export SOURCE_DATE_EPOCH

arch=$(packaging/architecture.sh "$published/tcp-agent")
arch=${arch#* }

mkdir -p "$out"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)

# One changelog for both kinds of packages, kept in Debian's form, newest first.
awk '/^tcp-agent \(/ { version = substr($2, 2, length($2) - 2); text = ""; next }
     /^ -- / { split($0, at, ">  "); split(at[2], d, /[ ,]+/); who = substr(at[1] ">", 5)
               print "* " d[1] " " d[3] " " d[2] " " d[4] " " who " - " version "-1\n" text; next }
     NF { sub(/^  \* /, "- "); sub(/^    /, "  "); text = text $0 "\n" }' packaging/deb/debian/changelog >"$stage/changelog"
cat packaging/rpm/tcp-agent.spec "$stage/changelog" >"$stage/tcp-agent.spec"

rpmbuild -bb --quiet --target "$arch-linux" --define "_topdir $stage/rpm" --define "_binary_payload w19.zstdio" --define "agent_version $version" \
    --define "published $published" --define "packaging $PWD/packaging" "$stage/tcp-agent.spec" >"$stage/log" 2>&1 || { cat "$stage/log" >&2; exit 1; }
cp "$stage"/rpm/RPMS/*/*.rpm "$out"
ls -l "$out"/*.rpm
