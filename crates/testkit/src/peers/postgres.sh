# Runs a throwaway PostgreSQL for as long as standard input stays open; takes the lines `stop`, `start` and `restart`.
# With CLAVIGER_TLS_CERTIFICATE and CLAVIGER_TLS_KEY (PEM) it speaks TLS.
# Prints `ready` or `failed …` after each step. Arguments: folder of the programs, port, password.
set -u
export LC_ALL=C PATH="$1:/usr/bin:/bin" PGPORT="$2"
password=$3
dir=$(mktemp -d /tmp/claviger-postgres-XXXXXXXX) || exit 1
trap 'pg_ctl -D "$dir/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
# The test may be killed between any two lines; a signal would skip the cleaning.
trap '' INT PIPE

start() {
  if pg_ctl -D "$dir/data" -l "$dir/log" -w -t 20 start >/dev/null 2>&1 </dev/null; then
    echo ready
  else
    echo "failed $(tail -n 3 "$dir/log" 2>/dev/null | tr '\n' ' ')"
  fi
}
stop() { pg_ctl -D "$dir/data" -m fast -w stop >/dev/null 2>&1; }

printf '%s' "$password" >"$dir/password"
if ! initdb -D "$dir/data" -U claviger -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --no-locale --no-sync >"$dir/log" 2>&1; then
  echo "failed $(tail -n 3 "$dir/log" | tr '\n' ' ')"
  exit 1
fi
cat >>"$dir/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $PGPORT
unix_socket_directories = '$dir'
unix_socket_permissions = 0700
max_connections = 200
fsync = off
full_page_writes = off
EOF
if [ -n "${CLAVIGER_TLS_CERTIFICATE:-}" ]; then
  (umask 077 && printf '%s' "$CLAVIGER_TLS_CERTIFICATE" >"$dir/server.pem" && printf '%s' "$CLAVIGER_TLS_KEY" >"$dir/server.key")
  cat >>"$dir/data/postgresql.conf" <<EOF
ssl = on
ssl_cert_file = '$dir/server.pem'
ssl_key_file = '$dir/server.key'
EOF
fi
start
while read -r line; do
  case $line in
    stop) stop && echo ready || echo "failed to stop" ;;
    start) start ;;
    restart) stop; start ;;
  esac
done
