# Source it: real servers for tests in shell. Wants `binaries`, the folder of the binaries, `root`, the project's folder, and
# `folder`, a scratch folder of the test's own. Whoever sources it calls stop_servers at its end.

servers=()

stop_servers() {
  local pid
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${servers[@]}"; do wait "$pid" 2>/dev/null || true; done
  servers=()
}

# start_server NAME OPTIONS… Starts jixiao-NAME on a free port with its store in the scratch folder; returns when it serves, with the
# port in $port.
start_server() {
  local name=$1
  shift
  : >"$folder/$name.log"  # it is read at once, perhaps before the server's shell has made it
  "$binaries/jixiao-$name" --listen=127.0.0.1:0 --metrics "" --store="sqlite:$folder/$name.db" --drain-wait=0 "$@" \
    >"$folder/$name.log" 2>&1 &
  servers+=($!)
  port=
  for _ in $(seq 200); do
    port=$(sed -n 's/.*"message":"serving".*"port":\([0-9]*\).*/\1/p' "$folder/$name.log")
    [ -z "$port" ] || return 0
    sleep 0.05
  done
  cat "$folder/$name.log" >&2
  return 1
}

start_scoring() {
  start_server scoring --rulesets="$root/services/scoring/rulesets"
  export JIXIAO_SCORING=127.0.0.1:$port
}

# All three; their addresses are in the environment, as the command line reads them.
start_all() {
  start_scoring
  start_server archiving --signing-key="$folder/archive.key" --origin=test.jixiao/archive
  export JIXIAO_ARCHIVING=127.0.0.1:$port JIXIAO_ARCHIVE_KEY=$folder/archive.key.pub
  start_server intake --scoring="$JIXIAO_SCORING" --archiving="$JIXIAO_ARCHIVING" --receipt-key="$folder/receipts.key"
  export JIXIAO_INTAKE=127.0.0.1:$port
}
