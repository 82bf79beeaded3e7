#!/bin/sh
# Builds artifacts/packages/tcp-agent-VERSION-1.ARCH.rpm from the published executable, for its architecture; needs rpmbuild. Called by
# make rpm.
set -eu
cd "$(dirname "$0")/../.."
. packaging/common.sh
arch=${architectures#* }
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)

# One changelog for both kinds of packages, kept in Debian's form, newest first.
awk '/^tcp-agent \(/ { version = substr($2, 2, length($2) - 2); text = ""; next }
     /^ -- / { split($0, at, ">  "); split(at[2], d, /[ ,]+/); who = substr(at[1] ">", 5)
               print "* " d[1] " " d[3] " " d[2] " " d[4] " " who " - " version "-1\n" text; next }
     NF { sub(/^  \* /, "- "); sub(/^    /, "  "); text = text $0 "\n" }' packaging/deb/debian/changelog >"$stage/changelog"
cat packaging/rpm/tcp-agent.spec "$stage/changelog" >"$stage/tcp-agent.spec"

rpmbuild -bb --quiet --target "$arch-linux" --define "_topdir $stage/rpm" --define "_binary_payload w19.zstdio" --define "agent_version $version" \
    --define "published $published" --define "packaging $PWD/packaging" --define "deploy $PWD/deploy" "$stage/tcp-agent.spec" >"$stage/log" 2>&1 || { cat "$stage/log" >&2; exit 1; }
cp "$stage"/rpm/RPMS/*/*.rpm "$out"
ls -l "$out"/*.rpm
