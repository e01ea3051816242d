# Shared by deploy/local/run and tests/run: packages and builds. Source it with `root` set to the project's folder.

build_packages=(
  build-essential cmake ninja-build ccache pkg-config
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev libabsl-dev
  libspdlog-dev libhiredis-dev libsqlite3-dev libpq-dev libssl-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev
  libzip-dev libpugixml-dev prometheus-cpp-dev libxlsxwriter-dev libpango1.0-dev zlib1g-dev
)
run_packages=(redis-server fonts-noto-cjk mupdf-tools)
test_packages=(git libgtest-dev libgmock-dev clang-format clang-tidy npm ca-certificates python3-grpcio
               postgresql poppler-utils libxml2-utils openssl nginx-light strace faketime iproute2 util-linux)

package_packages=(dpkg-dev fakeroot file help2man lintian python3-protobuf)

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "Installing packages needs root: run as root, or install sudo. Wanted: $*"
  fi
}

# Installs those of the named Debian packages that are missing; asks the network only then.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  # npm may have come with a Node.js that is not Debian's.
  if ! printf '%s\n' "${missing[@]}" | grep -qvx npm && command -v npm >/dev/null; then return 0; fi
  command -v npm >/dev/null && mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vx npm)
  say "Installing ${missing[*]}"
  as_root apt-get update -q
  # No service is to start by itself: whoever needs a Redis starts a private one.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# build FOLDER TARGETS… -- CMAKE-OPTIONS…
build() {
  local folder=$1 targets=() options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do targets+=("$1"); shift; done
  [ $# -gt 0 ] && shift
  options=("$@")
  # Build folders share what ccache has compiled, but for what was compiled with their precompiled headers.
  export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
  cmake -S "$root" -B "$folder" -G Ninja "${options[@]}" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; fail "cmake failed"; }
  ninja -C "$folder" --quiet "${targets[@]}"
}
