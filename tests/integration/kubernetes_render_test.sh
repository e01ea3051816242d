#!/usr/bin/env bash
# The base for Kubernetes renders without a warning, and what it renders keeps the promises that a cluster would only show
# by breaking them: probes, drain time, restricted security, limits, volumes.
#
# No cluster is needed: kubectl renders, and reads its own output back with --local. Exits 0, 1 or, when skipped, 77.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly base=deploy/kubernetes/base
readonly need='kubectl 1.24 or newer is needed (https://kubernetes.io/docs/tasks/tools/); kubernetes-client in Debian 12 is 1.20'

if ! command -v kubectl > /dev/null; then
  echo "SKIP: no kubectl: $need"
  exit 77
fi
minor=$(kubectl version --client 2> /dev/null | grep -Eo '\bv1\.[0-9]+' | head -n 1 | cut -d. -f2)
if [[ -n $minor ]] && (( minor < 24 )); then
  echo "SKIP: kubectl 1.$minor is too old: $need"
  exit 77
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KUBECONFIG=$scratch/none

failures=0
fail() {
  echo "FAIL: $*"
  failures=$(( failures + 1 ))
}

# --- it renders, silently

if ! kubectl kustomize "$base" > "$scratch/rendered.yaml" 2> "$scratch/stderr"; then
  echo "FAIL: kubectl kustomize $base"
  cat "$scratch/stderr"
  exit 1
fi
if [[ -s $scratch/stderr ]]; then
  fail "kubectl kustomize warns:"
  cat "$scratch/stderr"
fi

# --- one fact a line: OBJECT KEY VALUE, and OBJECT/CONTAINER KEY VALUE

cat > "$scratch/facts.template" <<'TEMPLATE'
{{define "probe"}}{{with .grpc}}grpc {{.port}} {{.service}}{{end}}{{with .tcpSocket}}tcp {{.port}}{{end}}{{with .exec}}exec{{range .command}} {{.}}{{end}}{{end}}{{end -}}
{{$object := printf "%s/%s" .kind .metadata.name -}}
{{$object}} namespace {{.metadata.namespace}}
{{range $key, $value := .metadata.labels}}{{$object}} label {{$key}} {{$value}}
{{end -}}
{{with .spec -}}
{{with .clusterIP}}{{$object}} clusterIP {{.}}
{{end -}}
{{range .ports}}{{$object}} port {{.name}} {{.port}}
{{end -}}
{{if eq $.kind "Service"}}{{range $key, $value := .selector}}{{$object}} selects {{$key}} {{$value}}
{{end}}{{end -}}
{{with .replicas}}{{$object}} replicas {{.}}
{{end -}}
{{with .serviceName}}{{$object}} serviceName {{.}}
{{end -}}
{{range .volumeClaimTemplates}}{{$object}} claim {{.metadata.name}}{{range .spec.accessModes}} {{.}}{{end}}
{{end -}}
{{with .template -}}
{{range $key, $value := .metadata.labels}}{{$object}} pod {{$key}} {{$value}}
{{end -}}
{{range $key, $value := .metadata.annotations}}{{$object}} annotation {{$key}} {{$value}}
{{end -}}
{{with .spec -}}
{{$object}} terminationGracePeriodSeconds {{.terminationGracePeriodSeconds}}
{{with .securityContext -}}
{{$object}} runAsNonRoot {{.runAsNonRoot}}
{{with .seccompProfile}}{{$object}} seccompProfile {{.type}}
{{end}}{{end -}}
{{range .containers -}}
{{$container := printf "%s/%s" $object .name -}}
{{$container}} container
{{$container}} image {{.image}}
{{with .startupProbe}}{{$container}} startupProbe {{template "probe" .}}
{{end -}}
{{with .readinessProbe}}{{$container}} readinessProbe {{template "probe" .}}
{{end -}}
{{with .livenessProbe}}{{$container}} livenessProbe {{template "probe" .}}
{{$container}} livenessPeriod {{.periodSeconds}}
{{$container}} livenessFailures {{.failureThreshold}}
{{end -}}
{{with .securityContext -}}
{{$container}} readOnlyRootFilesystem {{.readOnlyRootFilesystem}}
{{$container}} allowPrivilegeEscalation {{.allowPrivilegeEscalation}}
{{with .capabilities}}{{range .drop}}{{$container}} drop {{.}}
{{end}}{{end}}{{end -}}
{{with .resources -}}
{{range $key, $value := .requests}}{{$container}} request {{$key}} {{$value}}
{{end -}}
{{range $key, $value := .limits}}{{$container}} limit {{$key}} {{$value}}
{{end}}{{end -}}
{{range .ports}}{{$container}} containerPort {{.name}} {{.containerPort}}
{{end -}}
{{range .env}}{{$container}} env {{.name}} {{.value}}
{{end -}}
{{range .volumeMounts}}{{$container}} mount {{.name}} {{.mountPath}}
{{end -}}
{{end}}{{end}}{{end}}{{end}}
TEMPLATE

kubectl annotate --local --filename "$scratch/rendered.yaml" read=back \
  --output go-template-file="$scratch/facts.template" > "$scratch/lines"
# An empty value (service: "") leaves a blank at the end of its line.
sed -E 's/ +$//; /^$/d' "$scratch/lines" > "$scratch/facts"

has() { grep -Eqx -- "$1" "$scratch/facts" || fail "not rendered: $1"; }
value() { awk -v object="$1" -v key="$2" '$1 == object && $2 == key { print $3; exit }' "$scratch/facts"; }
env_value() { awk -v object="$1" -v name="$2" '$1 == object && $2 == "env" && $3 == name { print $4; exit }' "$scratch/facts"; }
objects() { awk '{ print $1 }' "$scratch/facts" | grep -E "^$1/[^/]+$" | sort -u; }
# A number, or 0 and a failure: arithmetic on a missing field would stop the test instead of naming the field.
number() { if [[ $1 =~ ^[0-9]+$ ]]; then echo "$1"; else echo 0; fi; }

same() {
  [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# --- the objects, in their namespace

same 'Namespaces' 'Namespace/jixiao' "$(objects Namespace | xargs)"
same 'StatefulSets' 'StatefulSet/archiving StatefulSet/intake StatefulSet/scoring' "$(objects StatefulSet | xargs)"
same 'Deployments' 'Deployment/redis' "$(objects Deployment | xargs)"
same 'Services' 'Service/archiving Service/intake Service/redis Service/scoring' "$(objects Service | xargs)"
has 'Namespace/jixiao label pod-security.kubernetes.io/enforce restricted'

mapfile -t workloads < <(objects '(StatefulSet|Deployment)')
mapfile -t containers < <(awk '$2 == "container" { print $1 }' "$scratch/facts")
(( ${#containers[@]} >= ${#workloads[@]} )) || fail "containers: ${#containers[@]} in ${#workloads[@]} workloads"

# --- every pod and every container

for workload in "${workloads[@]}"; do
  has "$workload namespace jixiao"
  has "$workload label app.kubernetes.io/part-of jixiao"
  has "$workload runAsNonRoot true"
  has "$workload seccompProfile RuntimeDefault"
done

for container in "${containers[@]}"; do
  for probe in startupProbe readinessProbe livenessProbe; do
    has "$container $probe (grpc|tcp|exec) .+"
  done
  has "$container readOnlyRootFilesystem true"
  has "$container allowPrivilegeEscalation false"
  has "$container drop ALL"
  for resource in cpu memory; do
    has "$container request $resource .+"
    has "$container limit $resource .+"
  done
  image=$(value "$container" image)
  [[ $image =~ (:[^:/]+|@sha256:[0-9a-f]{64})$ && $image != *:latest ]] || fail "$container: no fixed image version: $image"
done

# --- every Service finds the pods of the workload of its name

for service in $(objects Service); do
  selectors=$(awk -v service="$service" '$1 == service && $2 == "selects" { print $3, $4 }' "$scratch/facts")
  [[ -n $selectors ]] || fail "$service selects nothing"
  while read -r selector; do
    has "(StatefulSet|Deployment)/${service#*/} pod $selector"
  done <<< "$selectors"
done

# --- our three servers

check_server() {
  local name=$1 port=$2 metrics_port=$(( $2 + 2000 )) grpc_service="jixiao.$1.v1.${1^}Service"
  local set="StatefulSet/$1" container="StatefulSet/$1/$1"

  grep -Eq "^service ${1^}Service\b" proto/jixiao/"$name"/v1/*.proto || fail "$grpc_service is not in the contract"
  grep -Eq "^EXPOSE $port$" deploy/images/Dockerfile || fail "the image of $name does not expose $port"

  grep -Eq "\bJIXIAO_METRICS=0\.0\.0\.0:$metrics_port\b" deploy/images/Dockerfile ||
    fail "the image of $name does not serve its metrics on $metrics_port"
  has "$set annotation prometheus.io/scrape true"
  has "$set annotation prometheus.io/port $metrics_port"
  has "$container containerPort metrics $metrics_port"

  has "Service/$name clusterIP None"
  has "Service/$name port grpc $port"
  has "$set serviceName $name"
  has "$set replicas 1"
  has "$set claim data ReadWriteOnce"
  has "$container mount data /var/lib/jixiao"
  has "$container startupProbe grpc $port"
  has "$container readinessProbe grpc $port $grpc_service"
  has "$container livenessProbe grpc $port"

  # A drain is cut short neither by the grace period nor by the liveness probe, which fails while a server drains.
  local grace wait deadline period threshold
  grace=$(number "$(value "$set" terminationGracePeriodSeconds)")
  wait=$(number "$(env_value "$container" JIXIAO_DRAIN_WAIT)")
  deadline=$(number "$(env_value "$container" JIXIAO_DRAIN_DEADLINE)")
  period=$(number "$(value "$container" livenessPeriod)")
  threshold=$(number "$(value "$container" livenessFailures)")
  (( wait > 0 && deadline > 0 )) || fail "$name: no drain times"
  (( grace >= wait + deadline + 5 )) || fail "$name: grace period $grace s for a drain of $wait + $deadline s and a flush"
  (( (threshold - 1) * period >= grace )) || fail "$name: liveness gives up after $(( (threshold - 1) * period )) s, grace is $grace s"
}

check_server intake 7301
check_server scoring 7302
check_server archiving 7303

# --- they find each other

has 'StatefulSet/intake/intake env JIXIAO_SCORING dns:///scoring:7302'
has 'StatefulSet/intake/intake env JIXIAO_ARCHIVING dns:///archiving:7303'
has 'StatefulSet/scoring/scoring env JIXIAO_REDIS redis:6379'
has 'Service/redis port redis 6379'

# --- Redis is a cache with a bound

has 'Deployment/redis replicas 1'
for line in 'save ""' 'appendonly no' 'maxmemory [0-9]+mb' 'maxmemory-policy allkeys-lru'; do
  grep -Eqx " +$line" "$scratch/rendered.yaml" || fail "redis.conf: no line '$line'"
done

if (( failures > 0 )); then
  echo "$failures failed"
  exit 1
fi
echo "ok: ${#workloads[@]} workloads, ${#containers[@]} containers, $(wc -l < "$scratch/facts") facts"
