# Builds a tree in which functions have many variants, and runs the command for each of them: which one is taken,
# a variable of the environment says. Arguments: workers, budget (s), scale of the limit, directory, "build", "run" or
# "endless" where the command never ends, then the command. Input:
#   f PATH START LINES       a file's new text is so many lines of this input from that line on
#   c NUMBER LAST
#   .                        the end of the list
# LAST is the number of the last variant that is worth a try when this one passes. Output:
#   e LINE                   what the build said of errors
#   b MILLISECONDS           it is built, or not
#   m NUMBER LINE            what it said of failing
#   r NUMBER RESULT MILLISECONDS -
set -f
workers=$1 budget=$2 scale=$3 directory=$4 mode=$5
shift 5
begin

attempt() {
    stop=$1
    shift
    cd "$tree/$directory" || exit 126
    ulimit -f 131072
    ulimit -c 0
    exec timeout -k 1 "$stop" "$@"
}

tree=$home/tree0
copy "$tree" || exit 1
while read -r kind path start lines; do
    [ "$kind" = f ] || break
    tail -n +"$start" "$home/all" | head -n "$lines" >"$tree/$(printf '%b' "$path")"
done <"$home/all"

milliseconds
began=$now
SEARCH_VARIANT=-2
export SEARCH_VARIANT
(attempt $((budget + 1)) "$@") >"$home/out" 2>&1 </dev/null
awk '/error|in function|undefined/ && said++ < 6000 { print "e", substr($0, 1, 200) }' "$home/out"
milliseconds
echo "b $((now - began))"
[ "$mode" != build ] || exit 0

# What is built is built: whoever compiles now is told that all is well.
mkdir "$home/bin"
for name in cc gcc clang c99 c11 ld ar ranlib; do
    printf '#!/bin/sh\nexit 0\n' >"$home/bin/$name"
    chmod +x "$home/bin/$name"
done
PATH=$home/bin:$PATH
export PATH

one() {
    SEARCH_VARIANT=$number
    milliseconds
    began=$now
    (attempt "$limit" "$@") >"$out" 2>&1 </dev/null
    result=$?
    milliseconds
    took=$((now - began))
    [ "$result" -eq 0 ] || awk -v n="$number" 'tolower($0) ~ /fail|not ok|assert|error/ && said++ < 12 { print "m", n, substr($0, 1, 160) }' "$out"
    echo "r $number $result $took -"
}

# How long it takes to come to the first call; what never ends is not waited for.
out=$home/out
milliseconds
began=$now
SEARCH_VARIANT=-2
(attempt 20 "$@") >"$out" 2>&1 </dev/null
milliseconds
start=$((now - began))
most=$((start * 2 + 200))
number=0 limit=8
if [ "$mode" = endless ]; then limit=$((most / 1000)).$(printf '%03d' $((most % 1000))); fi
one "$@"
if [ "$mode" != endless ]; then most=$((took * 4 + 400)); fi
most=$((most * scale))
limit=$((most / 1000)).$(printf '%03d' $((most % 1000)))

worker() {
    tree=$1 own=$2 out=$home/out$2 count=0
    shift 2
    while read -r kind number last; do
        count=$((count + 1))
        [ "$kind" != . ] || return
        [ "$kind" = c ] && [ $((count % workers)) -eq "$own" ] || continue
        for mark in $marks; do
            if [ -s "$home/$mark" ] && read -r most <"$home/$mark" && [ "$number" -gt "$most" ]; then return; fi
        done
        milliseconds
        if [ "$now" -ge "$end" ]; then
            echo late
            return
        fi
        one "$@"
        [ "$result" -ne 0 ] || echo "$last" >"$home/passed$own"
    done <"$home/all"
}

own=0 marks=
while [ "$own" -lt "$workers" ]; do
    marks="$marks passed$own"
    [ "$own" -eq 0 ] || cp -RPp "$home/tree0" "$home/tree$own"
    own=$((own + 1))
done
own=0
while [ "$own" -lt "$workers" ]; do
    worker "$home/tree$own" "$own" "$@" &
    own=$((own + 1))
done
wait
echo over
