#!/usr/bin/env bash
# Runs README.md's Python example as printed, but for the installation of packages, against a scoring server of its own.
# Skipped (77) where Python has no gRPC.
#
#   readme_python_test.sh FOLDER-OF-THE-BINARIES      from the project's folder
set -euo pipefail
root=$PWD
binaries=$(cd "$1" && pwd)

for python in python3 /usr/bin/python3 none; do
  "$python" -c 'import grpc' 2>/dev/null && break
done
[ "$python" != none ] || { echo "no Python with grpc"; exit 77; }
command -v protoc grpc_python_plugin >/dev/null || { echo "no protoc or grpc_python_plugin"; exit 77; }

folder=$(mktemp -d)
# shellcheck source=../support/servers.sh
source "$root/tests/support/servers.sh"
cleanup() { stop_servers; rm -rf "$folder"; }
trap cleanup EXIT
cd "$folder"
cp -r "$root/proto" .
mkdir -p deploy/local
cp -r "$root/deploy/local/samples" deploy/local/

# The fenced blocks of the section, one file each: 1 is shell, 2 Python, 3 shell.
awk '/^## /{inside = /From another language/} inside && /^```/{open = !open; if (open) ++n; next} inside && open{print > ("block" n)}' "$root/README.md"
mv block2 score.py
diff score.py "$root/deploy/clients/score.py"
python3() { command "$python" "$@"; }

start_scoring

grep -v '^sudo apt install' block1 >prepare.sh
# shellcheck source=/dev/null
source prepare.sh
# shellcheck source=/dev/null
source block3 >scorecard.json
"$python" - <<'EOF'
import json
card = json.load(open("scorecard.json", encoding="utf-8"))
assert card["rule_set"]["id"], card
assert card["lines"] and card["findings"], card
print("scored by", card["rule_set"]["id"], "with", len(card["findings"]), "findings")
EOF
