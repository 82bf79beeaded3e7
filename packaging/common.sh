# What both packages start with. Their build.sh sources it: $1 is the folder of the published executable, $2 where the package goes.
# The same sources give the same bytes: time stamps are those of the last commit.
published=$(realpath "${1:-artifacts/tcp-agent}")
out=${2:-artifacts/packages}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y packaging/deb/debian/changelog)}
export SOURCE_DATE_EPOCH

# Debian's name of the architecture and rpm's.
architectures=$(packaging/architecture.sh "$published/tcp-agent")

mkdir -p "$out"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
