#!/usr/bin/env bash
# A platform's message through the command line: read, scored, written back as it came; several in one file; faults with their places.
#
#   platform_message_test.sh FOLDER-OF-THE-BINARIES      from the project's folder
set -euo pipefail
root=$PWD
binaries=$(cd "$1" && pwd)
folder=$(mktemp -d)
# shellcheck source=../support/servers.sh
source "$root/tests/support/servers.sh"
cleanup() { stop_servers; rm -rf "$folder"; }
trap cleanup EXIT
fail() { echo "$*"; exit 1; }
jixiao() { "$binaries/jixiao" "$@"; }
cd "$folder"

message() {
  printf '{"guid":"G%s","fiscal_year":"2023","mof_div_code":"510403000","proCode":"51040323T%012d","proName":"社区活动室维修%s","agencyCode":"106001","agencyName":"某街道办事处","proselfevalbgtlist":[{"name":"年度资金总额","amt1":"16.20","amt3":"18.20","amt4":"18.20","bgtget":"100%%","score":"10","amt2":"2.00"}],"proselfevalindexlist":[{"findexName":"产出指标","sindexName":"数量指标","indiName":"维修活动室","actualvalue":"11","actualweight":"90","score":"82.50","kpiRemark":"一处因拆迁未修","computesign":"2","indexval":"12","meterunit":"个"}]}\n' "$1" "$1" "$1"
}
for i in 1 2 3; do message "$i"; done >messages.jsonl

start_scoring
jixiao import --as platform --format json messages.jsonl >forms.jsonl
[ "$(wc -l <forms.jsonl)" = 3 ] || fail "not three forms"
jixiao score --format json forms.jsonl >cards.jsonl
# 18.20 of 18.20 gives 10, 11 of 12 gives 82.50 of 90.
[ "$(grep -c '"computed_total":"92.50"' cards.jsonl)" = 3 ] || fail "$(cat cards.jsonl)"
jixiao export --as platform forms.jsonl >back.jsonl 2>notes
[ ! -s notes ] || fail "something was left out: $(cat notes)"
python3 - <<'PYTHON'
import json
came, went = ([json.loads(line) for line in open(name, encoding="utf-8")] for name in ("messages.jsonl", "back.jsonl"))
assert came == went, went
PYTHON

# An array is the same.
python3 -c 'import json; print(json.dumps([json.loads(line) for line in open("messages.jsonl")]))' >messages.json
jixiao import --as platform --format json messages.json | sed 's/"sha256":"[^"]*"//; s/"file_name":"[^"]*"//' >again.jsonl
sed 's/"sha256":"[^"]*"//; s/"file_name":"[^"]*"//' forms.jsonl | diff - again.jsonl

# What the form has no place for is said; what is wrong is named with its place.
message 1 | sed 's/"kpiRemark"/"indRemark":"以验收为准","kpiRemark"/' >extra.json
jixiao import --as platform extra.json | grep 'indRemark = 以验收为准' >/dev/null || fail "a value was dropped unseen"
message 1 | sed 's/"proCode":"5/"proCode":"/' >short.json
if jixiao import --as platform short.json 2>refusal; then fail "a code of 20 characters was taken"; fi
grep -q 'proCode：“.*”为 20 位；项目代码为 21 位' refusal || fail "$(cat refusal)"
# A form with a division of 6 digits asks for the 9.
if jixiao export --as platform "$root/deploy/local/samples/panzhihua-2021-project-2.json" >/dev/null 2>refusal; then fail "no project code, and taken"; fi
grep -q 'region_code' refusal && grep -q 'project_code' refusal || fail "$(cat refusal)"
echo "ok"
