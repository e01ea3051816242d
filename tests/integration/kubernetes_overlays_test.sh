#!/usr/bin/env bash
# Base and overlays render without a warning, and what they render passes Kubernetes' schemas and kubernetes_schema_test.mjs. Skipped (77) without
# something that renders, or npm's packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm=$PWD/build/npm/node_modules
for package in kubernetes-models yaml; do
  [ -d "$npm/$package" ] || { echo "no $package (tests/run installs it)"; exit 77; }
done
minor=$(kubectl version --client 2>/dev/null | grep -Eo '\bv1\.[0-9]+' | head -n 1 | cut -d. -f2 || true)
if [ "${minor:-0}" -ge 24 ]; then
  render=(kubectl kustomize)
elif command -v kustomize >/dev/null; then
  render=(kustomize build)
else
  echo "neither kubectl 1.24 (Debian 12's kubernetes-client is 1.20) nor kustomize 5 is there"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp tests/integration/kubernetes_schema_test.mjs "$folder"
ln -s "$npm" "$folder/node_modules"
for overlay in base overlays/single-node overlays/province; do
  "${render[@]}" "deploy/kubernetes/$overlay" >"$folder/rendered.yaml" 2>"$folder/warnings"
  [ ! -s "$folder/warnings" ] || { cat "$folder/warnings"; exit 1; }
  node "$folder/kubernetes_schema_test.mjs" "$(basename "$overlay")" "$folder/rendered.yaml"
done
# What an overlay of one's own adds.
for overlay in single-node province; do
  mkdir -p "$folder/own"
  cp -r deploy/kubernetes/. "$folder/own"
  mkdir -p "$folder/own/overlays/audited"
  cat >"$folder/own/overlays/audited/kustomization.yaml" <<OVERLAY
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: jixiao
resources: [../$overlay]
components: [../../components/audit]
OVERLAY
  "${render[@]}" "$folder/own/overlays/audited" >"$folder/rendered.yaml" 2>"$folder/warnings"
  [ ! -s "$folder/warnings" ] || { cat "$folder/warnings"; exit 1; }
  AUDITED=1 node "$folder/kubernetes_schema_test.mjs" "$overlay" "$folder/rendered.yaml"
done
