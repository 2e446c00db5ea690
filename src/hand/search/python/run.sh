# The driver, its door, the directory, the failing command; the request comes in. Out goes the answer alone.
place=$(mktemp -d "${TMPDIR:-/tmp}/search-XXXXXX") || exit 1
trap 'rm -rf "$place"' EXIT
printf %s "$1" >"$place/thanos_search.py"
[ -z "$2" ] || printf %s "$2" >"$place/sitecustomize.py"
cat >"$place/request"
export THANOS_SEARCH="$place" THANOS_SEARCH_ROOT="$PWD" PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
export PYTHONPATH="$place${PYTHONPATH:+:$PYTHONPATH}"
export PYTEST_ADDOPTS="${PYTEST_ADDOPTS-} -p thanos_search --assert=plain -o 'cache_dir=$place/cache'"
cd "$3" || exit 1
shift 3
# Where the driver tells how far it is.
exec 3>&2
THANOS_SEARCH_TELL=$(readlink /proc/self/fd/3)
export THANOS_SEARCH_TELL
"$@" </dev/null >"$place/said" 2>&1
[ -s "$place/answer" ] || tail -c 4000 "$place/said" >&2
cat "$place/answer"
