# Judges candidates by the command itself, in copies of the tree, one for each worker.
# Arguments: workers, budget (s), limit for each (s), memory for each (KB or "unlimited"), directory, "copy" or
# "place", then the command. Input, a word for each thing, text in octal:
#   f NUMBER PATH
#   c NUMBER LAST FILE START =TEXT END [START =TEXT END …] [/ FILE START =TEXT END …]
# LAST is the number of the last candidate that is worth a try when this one passes. Output:
#   m NUMBER LINE        what it said of failing
#   r NUMBER RESULT MILLISECONDS CHECKSUM
set -f
workers=$1 budget=$2 limit=$3 memory=$4 directory=$5 mode=$6
shift 6
begin

part() { if [ "$2" -eq 0 ]; then head -c "$3" "$1"; else tail -c +$(($2 + 1)) "$1" | head -c $(($3 - $2)); fi; }

# The originals, and where they are.
while read -r kind number path; do
    [ "$kind" = f ] || break
    path=$(printf '%b' "$path")
    eval "path$number=\$path"
    cat "$path" >"$home/file$number" || exit 1
done <"$home/all"

change() {
    while [ $# -gt 0 ]; do
        file=$1 at=0
        shift
        eval "path=\$path$file"
        dirty="$dirty $file"
        {
            while [ $# -gt 0 ] && [ "$1" != / ]; do
                part "$home/file$file" "$at" "$1"
                printf '%b' "${2#=}"
                at=$3
                shift 3
            done
            tail -c +$((at + 1)) "$home/file$file"
        } >"$tree/$path"
        [ $# -eq 0 ] || shift
    done
}

restore() {
    for file in $dirty; do
        eval "path=\$path$file"
        cat "$home/file$file" >"$tree/$path"
    done
    dirty=
}

# Without timeout(1) it is the processor's time that is limited.
if timeout 0.5 true 2>/dev/null; then
    stops="timeout -k 1 $limit"
elif timeout 1 true 2>/dev/null; then
    stops="timeout $((${limit%.*} + 1))"
else
    stops=
fi

attempt() {
    cd "$tree/$directory" || exit 126
    ulimit -f 131072
    ulimit -c 0
    ulimit -v "$memory" 2>/dev/null
    [ -n "$stops" ] || ulimit -t $((${limit%.*} + 1))
    exec $stops "$@"
}

worker() {
    tree=$1 own=$2 out=$home/out$2 dirty='' count=0
    shift 2
    while read -r kind number last edits; do
        [ "$kind" = c ] || continue
        count=$((count + 1))
        [ $((count % workers)) -eq "$own" ] || continue
        for mark in $marks; do
            if [ -s "$home/$mark" ] && read -r most <"$home/$mark" && [ "$number" -gt "$most" ]; then return; fi
        done
        milliseconds
        if [ "$now" -ge "$end" ]; then
            echo late
            return
        fi
        began=$now
        change $edits
        (attempt "$@") >"$out" 2>&1 </dev/null
        result=$?
        milliseconds
        if [ "$result" -eq 0 ]; then
            echo "$last" >"$home/passed$own"
        else
            awk -v n="$number" 'tolower($0) ~ /fail|not ok|assert|error/ && said++ < 12 { print "m", n, substr($0, 1, 160) }' "$out"
        fi
        sum=-
        [ "$marks" ] || sum=$(tr -d '0-9' <"$out" | cksum | tr ' ' ':')
        echo "r $number $result $((now - began)) $sum"
        restore
    done <"$home/all"
}

own=0 marks=
# What the judge asks before it judges stops for nothing, and is told apart by what it says.
case $mode in judge-*) set_marks=yes ;; *) set_marks= ;; esac
while [ "$own" -lt "$workers" ]; do
    [ -z "$set_marks" ] || marks="$marks passed$own"
    own=$((own + 1))
done
own=0
while [ "$own" -lt "$workers" ]; do
    case $mode in
    *place) worker "$root" "$own" "$@" ;;
    *) copy "$home/tree$own" && worker "$home/tree$own" "$own" "$@" & ;;
    esac
    own=$((own + 1))
done
wait
echo over
