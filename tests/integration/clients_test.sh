#!/usr/bin/env bash
# The clients of deploy/clients score a real form at a real server, and say what `jixiao score` says. A language whose tools are
# missing is passed over by name; with none left the test is skipped (77).
#
#   clients_test.sh FOLDER-OF-THE-BINARIES [LANGUAGE…]      from the project's folder
set -euo pipefail
root=$PWD
binaries=$(cd "$1" && pwd)
shift
npm=$root/build/npm/node_modules
form=$root/deploy/local/samples/xihu-2021-party-building.json
folder=$(mktemp -d)
# shellcheck source=../support/servers.sh
source "$root/tests/support/servers.sh"
cleanup() { stop_servers; rm -rf "$folder"; }
trap cleanup EXIT

languages=("$@")
[ ${#languages[@]} -gt 0 ] || languages=(python node buf java)
start_scoring
cp -r "$root/deploy/clients/." "$folder"
cd "$folder"
"$binaries/jixiao" score --format json "$form" >expected.json

for python in python3 /usr/bin/python3 none; do
  "$python" -c 'import grpc, google.protobuf' 2>/dev/null && break
done

# What scoring takes and gives.
protos=("$root"/proto/google/rpc/status.proto "$root"/proto/jixiao/{evaluation,scoring}/v1/*.proto)

run_python() {
  [ "$python" != none ] && command -v protoc grpc_python_plugin >/dev/null || { echo "no python3-grpcio"; return 77; }
  mkdir -p python
  protoc -I"$root/proto" --python_out=python --grpc_out=python --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" "${protos[@]}"
  PYTHONPATH=python "$python" score.py "$form"
}

run_node() {
  [ -d "$npm/@grpc/grpc-js" ] || { echo "no @grpc/grpc-js (tests/run installs it)"; return 77; }
  ln -sfn "$npm" node_modules
  JIXIAO_PROTO=$root/proto node score.mjs "$form"
}

run_buf() {
  [ -x "$npm/.bin/buf" ] || { echo "no buf (tests/run installs it)"; return 77; }
  PATH=$npm/.bin:$PATH ./score.sh "$form"
}

# Debian's own jars; the plug-in is of 2021 and wants the annotations of Java EE.
run_java() {
  command -v javac grpc_java_plugin >/dev/null || { echo "no javac or grpc_java_plugin"; return 77; }
  local jars=/usr/share/java
  [ -e $jars/grpc-netty.jar ] && [ -e $jars/netty-codec-http2.jar ] || { echo "no libgrpc-java or libnetty-java"; return 77; }
  mkdir -p java
  protoc -I"$root/proto" --java_out=java --grpc_out=java --plugin=protoc-gen-grpc="$(command -v grpc_java_plugin)" "${protos[@]}"
  local classes
  classes=$(printf '%s:' "$jars"/{grpc-api,grpc-context,grpc-core,grpc-netty,grpc-protobuf,grpc-protobuf-lite,grpc-stub,protobuf}.jar \
    "$jars"/{protobuf-util,guava,gson,jsr305,geronimo-annotation-1.3-spec,opencensus-api,perfmark-api}.jar \
    "$jars"/netty-{buffer,codec,codec-http,codec-http2,common,handler,handler-proxy,codec-socks,resolver,transport}.jar)
  javac -nowarn -proc:none -sourcepath java -implicit:class -cp "$classes" -d classes Score.java
  java -cp "classes:$classes" Score "$form"
}

ran=0
for language in "${languages[@]}"; do
  code=0
  "run_$language" >"$language.json" 2>"$language.err" || code=$?
  if [ $code -eq 77 ]; then
    echo "$language: passed over: $(cat "$language.json")"
    continue
  fi
  [ $code -eq 0 ] || { cat "$language.json" "$language.err"; echo "$language failed with $code"; exit 1; }
  python3 - "$language" <<'PYTHON' || { cat "$language.json"; exit 1; }
import json, sys
want, got = (json.load(open(name + ".json", encoding="utf-8")) for name in ("expected", sys.argv[1]))
want, got = (card.get("scorecard", card) for card in (want, got))
# buf writes lowerCamelCase, the others the contract's own names.
total = got.get("computed_total", got.get("computedTotal"))
codes = [finding["code"] for finding in got["findings"]]
assert total == want["computed_total"] and len(got["lines"]) == len(want["lines"]), (sys.argv[1], total, want["computed_total"])
assert codes == [finding["code"] for finding in want["findings"]], (sys.argv[1], codes)
print(f"{sys.argv[1]}: {total} points, {len(codes)} findings")
PYTHON
  ran=$((ran + 1))
done
[ $ran -gt 0 ] || exit 77
