# The common part of both packages. Their build.sh sources it: $1 is the directory of the published executable, $2 that of the package.
# The same sources give the same bytes: time stamps are those of the last commit.
published=$(realpath "${1:-artifacts/tcp-agent}")
out=${2:-artifacts/packages}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y packaging/deb/debian/changelog)}
export SOURCE_DATE_EPOCH

# The architecture's names in Debian and rpm.
architectures=$(packaging/architecture.sh "$published/tcp-agent")

mkdir -p "$out"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
