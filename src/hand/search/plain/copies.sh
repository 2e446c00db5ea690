# What both scripts begin with: a folder of our own, the end of the time, copies of the tree.
begin() {
    root=$PWD
    home=$(mktemp -d "${TMPDIR:-/tmp}/judge.XXXXXX") || exit 1
    trap 'rm -rf "$home"' EXIT
    cat >"$home/all"
    milliseconds
    end=$((now + budget * 1000))
}

milliseconds() {
    now=$(date +%s%N)
    case $now in *[!0-9]*) now=${now%%[!0-9]*}000000000 ;; esac
    now=$((now / 1000000))
}

copy() {
    mkdir "$1" || return 1
    set +f
    for entry in ./* ./.[!.]*; do
        case $entry in
        ./.git) continue ;;
        ./node_modules | ./.venv | ./venv) ln -s "$root/${entry#./}" "$1/${entry#./}" ;;
        *) if [ -e "$entry" ] || [ -h "$entry" ]; then cp -RPp "$entry" "$1/" || return 1; fi ;;
        esac
    done
    set -f
}

