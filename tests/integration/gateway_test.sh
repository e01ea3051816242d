#!/usr/bin/env bash
# The HTTP gateway against three real servers, and the files for Envoy and OpenAPI. Skipped (77) where npm's packages are missing.
#
#   gateway_test.sh FOLDER-OF-THE-BINARIES DESCRIPTORS      from the project's folder
set -euo pipefail
root=$PWD
binaries=$(cd "$1" && pwd)
export JIXIAO_GATEWAY_DESCRIPTORS=$2 JIXIAO_SAMPLES=$root/deploy/local/samples
npm=$root/build/npm/node_modules
for package in @bufbuild/protobuf @grpc/grpc-js @grpc/grpc-js-xds @seriousme/openapi-schema-validator yaml; do
  [ -d "$npm/$package" ] || { echo "no $package (tests/run installs it)"; exit 77; }
done

folder=$(mktemp -d)
# shellcheck source=../support/servers.sh
source "$root/tests/support/servers.sh"
cleanup() { stop_servers; rm -rf "$folder"; }
trap cleanup EXIT
cp "$root"/deploy/gateway/* "$root"/tests/integration/{gateway,envoy_config}_test.mjs "$folder"
ln -s "$npm" "$folder/node_modules"
cd "$folder"

node envoy_config_test.mjs envoy.yaml "$JIXIAO_GATEWAY_DESCRIPTORS"
start_all
node --test --test-reporter=spec gateway_test.mjs
