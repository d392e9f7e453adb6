# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share: where servers are kept, who runs them, how one starts.
# Sourced by bash, never run.

newest=18 # the major of clients
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# A server refuses to run as root, and the user that runs it must be able to read its files:
# root's own home is closed to it, so root keeps the cache in the place of the system.
if [ -n "${PGX_CACHE:-}" ]; then cache=$PGX_CACHE
elif [ "$(id -u)" = 0 ]; then cache=/var/cache/pgx
else cache=${XDG_CACHE_HOME:-$HOME/.cache}/pgx
fi

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "error: $*"; exit 1; }

# The user that runs servers: postgres or else nobody when we are root, ourselves otherwise.
server_user() {
  if [ "$(id -u)" != 0 ]; then id -un
  elif id postgres >/dev/null 2>&1; then echo postgres
  else echo nobody
  fi
}

# Runs a command as that user.
as_server() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  local user; user=$(server_user)
  (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- env HOME=/ LC_ALL=C.UTF-8 "$@")
}

# The major of a bin directory's server or client, or nothing.
major_of() { "$1" --version 2>/dev/null | sed -nE 's/^[^0-9]*\)? ?([0-9]+)[.a-z0-9]*.*/\1/p'; }

# bin_with MAJOR PROGRAM DIR…: the first of these bin directories that has PROGRAM of that major.
bin_with() {
  local major=$1 program=$2 dir
  shift 2
  for dir in "$@"; do
    [ -x "$dir/$program" ] && [ "$(major_of "$dir/$program")" = "$major" ] && { echo "$dir"; return 0; }
  done
  return 1
}

# What is tests' own wins over the machine's, and what PGX_TEST_PG names wins over both.
IFS=: read -ra named <<<"${PGX_TEST_PG:-}"
own_server() { bin_with "$1" postgres "${named[@]}" "$cache/servers/$1/bin"; }
server_bin() { own_server "$1" || bin_with "$1" postgres "/usr/lib/postgresql/$1/bin" "$cache/clients/$1/bin"; }
client_bin() { bin_with "$1" psql "${named[@]}" "$cache/clients/$1/bin" "/usr/lib/postgresql/$1/bin"; }

# The directory in which a server looks for extensions.
extension_dir() {
  local share
  for share in "$1/../share/postgresql" "$1/../share" "/usr/share/postgresql/$2"; do
    [ -d "$share/extension" ] && { (cd "$share/extension" && pwd); return; }
  done
  return 1
}

# What differs from a server's defaults. The last three are traps: a dump must not depend on them.
settings=(
  fsync=off full_page_writes=off synchronous_commit=off autovacuum=off jit=off
  shared_buffers=64MB max_wal_size=4GB max_connections=60 max_locks_per_transaction=256
  max_prepared_transactions=10 wal_level=logical
  listen_addresses= port=5432 log_min_messages=warning log_error_verbosity=default
  timezone=Asia/Kathmandu "datestyle=SQL, DMY" bytea_output=escape
)

# start_cluster MAJOR DIR [NAME=VALUE…]: makes a cluster in DIR and starts it; its socket is in DIR itself.
start_cluster() {
  local bin dir=$2 setting; bin=$(server_bin "$1") || die "no server of major $1"
  shift 2
  as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log" >&2; die "initdb failed"; }
  for setting in "${settings[@]}" "unix_socket_directories=$dir" "$@"; do
    echo "${setting%%=*} = '${setting#*=}'"
  done | as_server tee -a "$dir/data/postgresql.conf" >/dev/null
  as_server "$bin/pg_ctl" start -w -t 60 -s -D "$dir/data" -l "$dir/log" >/dev/null ||
    { cat "$dir/log" >&2; die "the server did not start"; }
}

# start_standby MAJOR DIR PRIMARY: makes a standby in DIR of the cluster in the directory PRIMARY, and starts it.
start_standby() {
  local bin clients dir=$2; bin=$(server_bin "$1") || die "no server of major $1"
  clients=$(client_bin "$newest") || die "no clients of major $newest"
  as_server "$clients/pg_basebackup" -h "$3" -p 5432 -U postgres -D "$dir/data" -R -c fast --no-sync || die "no base backup of $3"
  printf '%s\n' "unix_socket_directories = '$dir'" 'max_standby_streaming_delay = -1' |
    as_server tee -a "$dir/data/postgresql.conf" >/dev/null
  as_server "$bin/pg_ctl" start -w -t 60 -s -D "$dir/data" -l "$dir/log" >/dev/null ||
    { cat "$dir/log" >&2; die "the standby did not start"; }
}

# stop_cluster MAJOR DIR: stops it at once and removes every trace.
stop_cluster() {
  local bin; bin=$(server_bin "$1") || return 0
  as_server "$bin/pg_ctl" stop -m immediate -s -D "$2/data" >/dev/null 2>&1 || true
  rm -rf "$2"
}

# A new directory for a cluster, with a path short enough for a socket (107 bytes).
cluster_dir() {
  local dir; dir=$(mktemp -d "/tmp/pgx-$1.XXXXXX")
  [ "$(id -u)" != 0 ] || chown "$(server_user)" "$dir"
  chmod 755 "$dir"
  echo "$dir"
}
