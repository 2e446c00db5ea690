#!/usr/bin/env bash
# Becomes the thanos-fix binary for this machine: the one that THANOS_FIX_BIN names, else the released one
# whose digest is listed in dist/versions, from the runner's tool cache or downloaded.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
releases=https://github.com/thanos-ai/fix/releases/download

die() {
  printf '::error title=thanos-fix::%s\n' "$*"
  exit 2
}

# The mode is the verb; everything else the binary reads from its environment.
become() {
  local mode
  mode=$(tr -d '[:space:]' <<<"${THANOS_INPUT_MODE:-}" | tr '[:upper:]' '[:lower:]')
  case $mode in
    "") exec "$1" run ;;
    run | propose | publish | doctor) exec "$1" "$mode" ;;
    digest) exec "$1" notify digest ;;
    dashboard) exec "$1" dashboard build --out "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/thanos-dashboard" ;;
    backup) exec "$1" ledger backup --out "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/thanos-fix-ledger.jsonl" ;;
    *) die "the input mode is not run, propose, publish, doctor, digest, dashboard or backup: ${mode:0:40}" ;;
  esac
}

platform() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-gnu ;;
    *) die "no binary for $(uname -s) on $(uname -m): use a Linux runner (x86_64 or aarch64), or build from source and set THANOS_FIX_BIN" ;;
  esac
}

# lookup VERSION TARGET: prints "version digest" of the first listed binary that fits.
lookup() {
  local version target digest
  while read -r version target digest; do
    [[ -z $version || $version == \#* || $target != "$2" ]] && continue
    [[ -n $1 && $version != "$1" ]] && continue
    printf '%s %s\n' "$version" "$digest"
    return
  done <"$here/versions"
}

matches() { # matches FILE DIGEST
  [[ -f $1 ]] && echo "$2  $1" | sha256sum --check --status -
}

download() { # download URL FILE DIGEST
  local part
  part=$(mktemp "$2.XXXXXX")
  curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 --max-time 300 --output "$part" "$1" ||
    die "cannot download $1: is the runner allowed to reach github.com?"
  if ! matches "$part" "$3"; then
    rm -f "$part"
    die "$1 does not have the digest $3 that dist/versions lists: do not use it, and report it at https://github.com/thanos-ai/fix/security"
  fi
  chmod 755 "$part"
  mv -f "$part" "$2"
}

if [[ -n ${THANOS_FIX_BIN:-} ]]; then
  [[ -f $THANOS_FIX_BIN && -x $THANOS_FIX_BIN ]] || die "THANOS_FIX_BIN is not a program: $THANOS_FIX_BIN"
  become "$THANOS_FIX_BIN"
fi

wanted=$(tr -d '[:space:]' <<<"${THANOS_INPUT_VERSION:-}")
wanted=${wanted#v}
target=$(platform) || { echo "$target"; exit 2; }
read -r version digest < <(lookup "$wanted" "$target") ||
  die "version ${wanted:-(newest)} for $target is not listed in dist/versions: use a released tag of the action, or build from source and set THANOS_FIX_BIN"

binary=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}}/thanos-fix/$version/$target/thanos-fix
if ! matches "$binary" "$digest"; then
  [[ ! -e $binary ]] || echo "::warning title=thanos-fix::the cached binary does not have the listed digest and is replaced"
  mkdir -p "$(dirname "$binary")"
  download "$releases/v$version/thanos-fix-$target" "$binary" "$digest"
fi
become "$binary"
