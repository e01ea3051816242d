#!/bin/sh
# Validates a BagIt 1.0 package (a folder) with nothing of this project: coreutils, find and openssl. RFC 8493 §3: the
# declaration, every payload file in every payload manifest and no other, every digest, tag files, Payload-Oxum.
#   bagit_check.sh FOLDER
set -eu
cd "$1"
fail() { echo "bagit_check: $*" >&2; exit 1; }
[ "$(head -n 1 bagit.txt)" = "BagIt-Version: 1.0" ] || fail "bagit.txt"
[ "$(sed -n 2p bagit.txt)" = "Tag-File-Character-Encoding: UTF-8" ] || fail "bagit.txt"
find data -type f | LC_ALL=C sort >"${TMPDIR:-/tmp}/bagit-files.$$"
trap 'rm -f "${TMPDIR:-/tmp}/bagit-files.$$"' EXIT
for algorithm in sha256 sm3; do
  sed 's/^[0-9a-f]*  //' "manifest-$algorithm.txt" | LC_ALL=C sort | cmp -s - "${TMPDIR:-/tmp}/bagit-files.$$" ||
    fail "manifest-$algorithm.txt does not list what is in data/"
done
sha256sum --check --strict --quiet manifest-sha256.txt || fail "a payload file is not what manifest-sha256.txt says"
sha256sum --check --strict --quiet tagmanifest-sha256.txt || fail "a tag file is not what tagmanifest-sha256.txt says"
for list in manifest-sm3.txt tagmanifest-sm3.txt; do
  while read -r digest name; do
    found=$(openssl dgst -sm3 -r "$name" | cut -d ' ' -f 1)
    [ "$found" = "$digest" ] || fail "$name is not what $list says"
  done <"$list"
done
oxum="$(find data -type f -printf '%s\n' | awk '{bytes += $1} END {print bytes "." NR}')"
grep -qx "Payload-Oxum: $oxum" bag-info.txt || fail "Payload-Oxum is not $oxum"
# The Library of Congress's validator, where it is installed; it knows no SM3, which it is told to pass over.
if python3 -c 'import bagit' 2>/dev/null; then
  python3 -c 'import bagit, sys
bag = bagit.Bag(sys.argv[1])
bag.validate()' . || fail "bagit.py refuses it"
  echo "valid, also by bagit.py"
else
  echo "valid by coreutils and openssl; bagit.py is not installed"
fi
