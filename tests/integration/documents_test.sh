#!/usr/bin/env bash
# What the program and the contract say of themselves: the man page and the completion have every command, the API reference
# every method, the alert rules are such that Prometheus takes them. Parts whose tool is not installed are named and left out.
#
#   documents_test.sh FOLDER-OF-THE-BINARIES      from the project's folder
set -euo pipefail
binaries=$(cd "$1" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "$*" >&2; exit 1; }

"$binaries/jixiao" describe --as commands >"$folder/commands"
"$binaries/jixiao" describe --as man >"$folder/jixiao.1"
"$binaries/jixiao" describe --as bash >"$folder/jixiao.bash"
[ "$(wc -l <"$folder/commands")" -gt 60 ] || fail "there are more commands than these: $(cat "$folder/commands")"

# Every command of the program is on the page, and the page has no other.
grep '^\.SS ' "$folder/jixiao.1" | sed 's/^\.SS //; s/\\-/-/g' >"$folder/sections"
while read -r command; do
  grep -qE "^$command( |\$)" "$folder/sections" || fail "not on the man page: $command"
done <"$folder/commands"
while read -r command; do
  read -ra words <<<"${command#jixiao }"
  # Small letters are words of the command; positional arguments are in capitals.
  for i in "${!words[@]}"; do [[ ${words[i]} =~ ^[a-z][a-z-]*$ ]] || unset "words[$i]"; done
  "$binaries/jixiao" "${words[@]}" --help >/dev/null || fail "no such command: $command"
done <"$folder/sections"
if command -v man >/dev/null; then
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=120 man --warnings -E UTF-8 -l -Tutf8 -Z "$folder/jixiao.1" 2>&1 >/dev/null)
  [ -z "$warnings" ] || fail "man: $warnings"
else
  echo "no man: its warnings are not looked at"
fi

# The page and README name the same commands at the first level.
cut -d' ' -f2 "$folder/commands" | sort -u | while read -r command; do
  grep -qE "jixiao $command\b|\| $command\b" README.md || fail "not in README.md: jixiao $command"
done

complete() { # WORDS… the last one is what is being written
  bash -c '
    source "$1"; shift
    COMP_WORDS=(jixiao "$@"); COMP_CWORD=$#
    _jixiao 2>/dev/null
    printf "%s\n" "${COMPREPLY[@]}"' - "$folder/jixiao.bash" "$@"
}
# Reads all: grep -q ends at the first match, and whoever still writes then dies of it.
offers() { grep -x -- "$1" >/dev/null; }
bash -n "$folder/jixiao.bash"
complete "" | offers doctor || fail "completion: doctor"
complete archive ver | offers verify || fail "completion: archive verify"
complete archive verify --qu | offers --quorum || fail "completion: archive verify --quorum"
complete --format json archive export --as b | offers bagit || fail "completion: archive export --as bagit"
complete archive --form | offers --format || fail "completion: --format everywhere"
complete score CMakeL | offers CMakeLists.txt || fail "completion: files"
[ -z "$(complete archive nonsen)" ] || fail "completion: nonsense"

if /usr/bin/python3 -c 'import google.protobuf' 2>/dev/null && command -v protoc >/dev/null; then
  deploy/docs/api_reference.py proto "$folder/api.html"
  find proto/jixiao -name '*.proto' -exec sed -n 's/^  rpc \([A-Za-z]*\)(.*/\1/p' {} + | while read -r method; do
    grep -q "\.$method\"" "$folder/api.html" || fail "not in the API reference: $method"
  done
else
  echo "no python3-protobuf: the API reference is not made"
fi

PATH=$PATH:$PWD/build/promtool/usr/bin
if command -v promtool >/dev/null; then
  promtool check config --lint=all deploy/monitoring/prometheus.yml >/dev/null || fail "promtool refuses the configuration"
else
  echo "no promtool: the alert rules are not checked"
fi
