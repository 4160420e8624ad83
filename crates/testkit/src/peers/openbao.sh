# Runs a throwaway OpenBao for as long as standard input stays open; the line `log` asks for its last words.
# Prints its folder once the program runs. Arguments: the program, the port of its API, the port of its cluster.
set -u
export LC_ALL=C
dir=$(mktemp -d /tmp/claviger-openbao-XXXXXXXX) || exit 1
pid=
trap 'if [ -n "$pid" ]; then kill -KILL "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; fi; rm -rf "$dir"' EXIT
# The test may be killed between any two lines; a signal would skip the cleaning.
trap '' INT PIPE

mkdir "$dir/raft" "$dir/plugins"
# Raft is its durable storage for production; the audit file is written before each answer, as OpenBao does it: without fsync.
cat >"$dir/openbao.hcl" <<CONFIG
storage "raft" {
  path = "$dir/raft"
  node_id = "one"
}
listener "tcp" {
  address = "127.0.0.1:$2"
  tls_disable = true
}
api_addr = "http://127.0.0.1:$2"
cluster_addr = "http://127.0.0.1:$3"
plugin_directory = "$dir/plugins"
log_level = "warn"
audit "file" "main" {
  description = "every request and reply"
  options {
    file_path = "$dir/audit.log"
  }
}
CONFIG
"$1" server -config="$dir/openbao.hcl" >"$dir/log" 2>&1 </dev/null &
pid=$!
echo "$dir"
while read -r line; do
  case $line in
    log) echo "$(tail -n 3 "$dir/log" | tr '\n' ' ')" ;;
  esac
done
