# The limit of the command in seconds, its directory, how many sources of the driver, these with their names, the
# failing command. On the input comes the driver as an earlier run packed it, or an empty line, and then the request.
# Out goes the answer alone.
place=$(mktemp -d "${TMPDIR:-/tmp}/search-XXXXXX") || exit 1
trap 'rm -rf "$place"' EXIT
limit=$1 directory=$2 count=$3
shift 3
mkdir "$place/sources" "$place/classes"
while [ "$count" -gt 0 ]; do
  printf %s "$2" >"$place/sources/$1"
  shift 2
  count=$((count - 1))
done
cat >"$place/input"
head -n 1 "$place/input" >"$place/packed"
tail -n +2 "$place/input" >"$place/request"
export THANOS_SEARCH_ROOT="$PWD"
cd "$directory" || exit 1
[ -n "$JAVA_HOME" ] && [ -x "$JAVA_HOME/bin/javac" ] && PATH="$JAVA_HOME/bin:$PATH"
if [ "$(wc -c <"$place/packed")" -gt 1 ]; then
  base64 -d <"$place/packed" >"$place/driver.jar" || exit 1
else
  printf 'Premain-Class: thanos_search.Agent\n' >"$place/manifest"
  javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC --release 11 -Xlint:-options -g:none -proc:none -encoding UTF-8 -d "$place/classes" "$place"/sources/*.java >&2 &&
    jar cfm "$place/driver.jar" "$place/manifest" -C "$place/classes" . >&2 || exit 1
  JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS:+$JAVA_TOOL_OPTIONS }-javaagent:$place/driver.jar=$place,$limit" \
    "$@" </dev/null >"$place/said" 2>&1
fi
unset JAVA_TOOL_OPTIONS
java -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$place/driver.jar" thanos_search.Chief "$place" </dev/null >&2
if [ -s "$place/answer" ]; then cat "$place/answer"; fi
