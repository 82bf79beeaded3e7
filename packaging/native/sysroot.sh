#!/bin/sh
# The C library to link against, so that the executable starts on hosts whose own is older than the build machine's: that of Debian
# 11, unpacked under artifacts/sysroot/RID. Three packages, 7 MB, fetched once by apt from the mirror that this machine uses and
# held against the digests below. Nothing is installed. Prints the folder.
#
# usage: sysroot.sh linux-x64|linux-arm64        MIRROR=URL for another mirror
set -eu
cd "$(dirname "$0")/../.."
suite=bullseye
case ${1-} in
linux-x64)
    arch=amd64 triplet=x86_64-linux-gnu
    packages="libc6=2.31-13+deb11u11 05f7264da867b37f4c5ce49266b558ea1e81e05a9464f623152fca70f3550282
libc6-dev=2.31-13+deb11u11 e7f7b45d9c5cfcf37609f0b6efd3c645272c812144703af89dfd32218fcb0fd3
libgcc-10-dev=10.2.1-6 3b711374092b84e732c4e73cf33e02cff02e34a5f105eb6467de8d9038e4cd9d"
    ;;
linux-arm64)
    arch=arm64 triplet=aarch64-linux-gnu
    packages="libc6=2.31-13+deb11u11 baaa9aa184e2f21738c5819055e6740cc5b22f198e3f416e33f82b40ff6933d8
libc6-dev=2.31-13+deb11u11 28d478134722dcd4b0bd2045a199301d18713bf95947b9fce66634e7aeacab2e
libgcc-10-dev=10.2.1-6 80fc73d339ada2e194175afe83cd89014565242153b6e3c2128849d8817da367"
    ;;
*)
    echo "usage: sysroot.sh linux-x64|linux-arm64" >&2
    exit 64
    ;;
esac
root=$PWD/artifacts/sysroot/$1
pins=$(printf '%s' "$packages" | sha256sum | cut -c1-16)
if [ -e "$root/$pins" ]; then
    echo "$root"
    exit
fi

fail() {
    echo "sysroot.sh: $1" >&2
    exit 1
}
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "only apt and dpkg can fetch and unpack Debian's packages"
mirror=${MIRROR:-$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME)' 'Created-By: Packages' | awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')}
[ -n "$mirror" ] || fail "this machine's apt has no mirror of Debian; set MIRROR"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$work/root"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<EOF
APT::Architecture "$arch"; APT::Architectures "$arch"; APT::Sandbox::User "root";
Dir::Etc::sourcelist "$work/sources.list"; Dir::Etc::sourceparts "-"; Dir::State::lists "$work/lists";
Dir::State::status "/dev/null"; Dir::Cache "$work/cache"; Acquire::Languages "none"; Acquire::Retries "3";
EOF
export APT_CONFIG="$work/apt.conf"
apt-get -qq update >&2 || fail "$mirror does not give the list of $suite"
printf '%s\n' "$packages" | while read -r package digest; do
    (cd "$work/debs" && apt-get -qq download "$package" >&2) || fail "$mirror does not have $package ($arch)"
    deb=$(echo "$work/debs/${package%%=*}"_*.deb)
    echo "$digest  $deb" | sha256sum --check --quiet >&2 || fail "$package ($arch) is not the pinned one"
    dpkg-deb -x "$deb" "$work/root"
done

# Absolute links would lead the linker out of here, to this machine's own libraries.
find "$work/root" -type l | while read -r link; do
    case $(readlink "$link") in
    /*) ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$work/root$(readlink "$link")")" "$link" ;;
    esac
done
[ -e "$work/root/usr/lib/$triplet/libc.so" ] || fail "the packages hold no libc.so"
touch "$work/root/$pins"
rm -rf "$root"
mkdir -p "$(dirname "$root")"
mv "$work/root" "$root"
echo "$root"
