# shellcheck shell=bash
# deploy/lib/stack.sh - a private MariaDB, Redis, nginx and deskd in one folder; quickstart and the tests
# use it. Needs common.sh. stack_init comes first; the other functions work on what it sets.
#
#   STACK_DIR/data db log nginx tmp   what is kept
#   STACK_RUN                     sockets and pid files, on a path short enough for a socket's name

STACK_DAEMONS="deskd nginx redis mariadb" # in the order in which they are stopped
SOCKET_PATH_MAX=107

# stack_init FOLDER SOURCE BUILD
stack_init() {
  STACK_DIR=$1 STACK_SOURCE=$2 STACK_BUILD=$3
  STACK_LOG=$STACK_DIR/log STACK_CONF=$STACK_DIR/deskd.conf STACK_OUTBOX=$STACK_DIR/outbox
  (umask 077 && mkdir -p "$STACK_DIR" "$STACK_LOG" "$STACK_DIR/data" "$STACK_DIR/tmp" "$STACK_OUTBOX" \
    "$STACK_DIR/nginx/body" "$STACK_DIR/nginx/temp")
  stack_init_run
  STACK_LMTP=$STACK_RUN/lmtp.sock
  STACK_CTL="$STACK_BUILD/deskctl -c $STACK_CONF"
}

# The names of unix sockets end at 107 bytes: with a long path run/ is a link to a short folder.
stack_init_run() {
  local wanted=$STACK_DIR/run short
  STACK_RUN=$wanted
  if [ "$(printf '%s/mariadb.sock' "$wanted" | wc -c)" -le "$SOCKET_PATH_MAX" ]; then
    (umask 077 && mkdir -p "$wanted")
    return 0
  fi
  if [ -L "$wanted" ] && [ -d "$wanted" ] && [ -O "$(readlink "$wanted")" ]; then
    STACK_RUN=$(readlink "$wanted")
    return 0
  fi
  short=${XDG_RUNTIME_DIR:-/tmp}
  [ -w "$short" ] || short=/tmp
  short=$(mktemp -d "$short/deskd-XXXXXX")
  ln -sfn "$short" "$wanted"
  STACK_RUN=$short
}

stack_pidfile() { printf '%s/%s.proc\n' "$STACK_RUN" "$1"; }
stack_pid() { pid_of "$(stack_pidfile "$1")"; }

# stack_wait NAME SECONDS COMMAND...: until COMMAND succeeds; gives up when NAME has ended.
stack_wait() {
  local name=$1 seconds=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] && stack_pid "$name" >/dev/null || return 1
    sleep 0.1
  done
}

## MariaDB

mariadb_conf_write() {
  cat >"$STACK_DIR/my.cnf" <<CONF
[mariadbd]
datadir = $STACK_DIR/db
socket = $STACK_RUN/mariadb.sock
pid-file = $STACK_RUN/mariadb.pid
log-error = $STACK_LOG/mariadb.log
init-file = $STACK_DIR/init.sql
tmpdir = $STACK_DIR/tmp
skip-networking
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
innodb_flush_log_at_trx_commit = 1
innodb_buffer_pool_size = 256M
max_allowed_packet = 64M
max_connections = 200
CONF
  if [ "$(id -u)" = 0 ]; then echo "user = root" >>"$STACK_DIR/my.cnf"; fi
}

# The account is made anew at each start, so a half-made first start mends itself.
mariadb_init_write() {
  local password
  make_secret "$STACK_DIR/db-password"
  password=$(cat "$STACK_DIR/db-password")
  (
    umask 077
    cat >"$STACK_DIR/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS deskd CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS deskd@localhost IDENTIFIED BY '$password';
ALTER USER deskd@localhost IDENTIFIED BY '$password';
GRANT ALL ON \`deskd%\`.* TO deskd@localhost;
SQL
  )
}

# Made beside its place and moved there when complete.
mariadb_install() {
  [ -d "$STACK_DIR/db" ] && return 0
  local user=()
  if [ "$(id -u)" = 0 ]; then user=(--user=root); fi
  rm -rf "$STACK_DIR/db.new"
  (umask 077 && mkdir "$STACK_DIR/db.new")
  mariadb-install-db --no-defaults --datadir="$STACK_DIR/db.new" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=socket "${user[@]}" >"$STACK_LOG/mariadb.log" 2>&1
  mv "$STACK_DIR/db.new" "$STACK_DIR/db"
}

mariadb_answers() {
  MYSQL_PWD=$(cat "$STACK_DIR/db-password") mariadb --no-defaults --socket="$STACK_RUN/mariadb.sock" \
    --user=deskd --execute='SELECT 1' deskd
}

stack_start_mariadb() {
  if stack_pid mariadb >/dev/null; then return 0; fi
  mariadb_conf_write
  mariadb_init_write
  mariadb_install
  daemon_start "$(stack_pidfile mariadb)" "$STACK_LOG/mariadb.log" \
    "$(command -v mariadbd || echo /usr/sbin/mariadbd)" --defaults-file="$STACK_DIR/my.cnf"
  stack_wait mariadb 60 mariadb_answers
}

## Redis

stack_start_redis() {
  if stack_pid redis >/dev/null; then return 0; fi
  cat >"$STACK_DIR/redis.conf" <<CONF
port 0
unixsocket $STACK_RUN/redis.sock
unixsocketperm 700
dir $STACK_DIR/tmp
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
CONF
  daemon_start "$(stack_pidfile redis)" "$STACK_LOG/redis.log" redis-server "$STACK_DIR/redis.conf"
  stack_wait redis 10 redis-cli -s "$STACK_RUN/redis.sock" ping
}

## nginx: the site is nginx.conf.example with our paths; what surrounds it is only for one private process

nginx_main_write() {
  local directive=""
  if [ "$(id -u)" = 0 ]; then directive="user root;"; fi
  cat >"$STACK_DIR/nginx/nginx.conf" <<CONF
$directive
worker_processes 1;
daemon off;
pid $STACK_RUN/nginx.pid;
error_log $STACK_LOG/nginx.log warn;
events { worker_connections 2048; }
http {
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path $STACK_DIR/nginx/body;
  fastcgi_temp_path $STACK_DIR/nginx/temp/fastcgi;
  proxy_temp_path $STACK_DIR/nginx/temp/proxy;
  uwsgi_temp_path $STACK_DIR/nginx/temp/uwsgi;
  scgi_temp_path $STACK_DIR/nginx/temp/scgi;
  include $STACK_DIR/nginx/site.conf;
}
CONF
}

nginx_site_write() {
  sed -e "s|listen 80;|listen 127.0.0.1:$STACK_PORT;|" \
    -e "s|unix:/run/deskd/|unix:$STACK_RUN/|" \
    -e "s|/usr/local/share/deskd/templates/static/|$STACK_BUILD/build/static/|" \
    -e "s|/var/lib/deskd/|$STACK_DIR/data/|" \
    "$STACK_SOURCE/nginx.conf.example" >"$STACK_DIR/nginx/site.conf"
}

nginx_answers() { port_answers "$STACK_PORT"; }

stack_start_nginx() {
  if stack_pid nginx >/dev/null; then return 0; fi
  nginx_main_write
  nginx_site_write
  daemon_start "$(stack_pidfile nginx)" "$STACK_LOG/nginx.log" \
    "$(command -v nginx || echo /usr/sbin/nginx)" -e "$STACK_LOG/nginx.log" \
    -c "$STACK_DIR/nginx/nginx.conf" -p "$STACK_DIR/nginx"
  stack_wait nginx 10 nginx_answers
}

# stack_port FIRST: keeps the port of the last time unless somebody else has it now.
stack_port() {
  local kept
  kept=$(cat "$STACK_DIR/port" 2>/dev/null || true)
  if stack_pid nginx >/dev/null; then
    STACK_PORT=$kept
    return 0
  fi
  STACK_PORT=$(free_port "${kept:-$1}")
  printf '%s\n' "$STACK_PORT" >"$STACK_DIR/port"
}

## deskd

stack_conf() {
  cat <<CONF
run_dir = $STACK_RUN
data_dir = $STACK_DIR/data
template_dir = $STACK_SOURCE/templates
static_dir = $STACK_BUILD/build/static
locale_dir = $STACK_BUILD/build/locale
sql_dir = $STACK_SOURCE/deploy/sql
plugin_dir = $STACK_DIR/plugins
fcgi_socket = $STACK_RUN/fcgi.sock
lmtp_socket = $STACK_LMTP
db_socket = $STACK_RUN/mariadb.sock
db_name = deskd
db_user = deskd
db_password = $(cat "$STACK_DIR/db-password")
redis_socket = $STACK_RUN/redis.sock
url_scheme = http
url_port = $STACK_PORT
mail_transport = folder
mail_outbox_dir = $STACK_OUTBOX
mail_hostname = localhost
log_file = $STACK_LOG/deskd.log
CONF
  if [ $# -gt 0 ]; then printf '%s\n' "$@"; fi
}

# stack_conf_write [LINE...]: deskd.conf of this stack; a LINE replaces the one of the same key.
stack_conf_write() {
  (
    umask 077
    stack_conf "$@" | tac | awk -F ' *=' '!seen[$1]++' | tac >"$STACK_CONF.new"
  )
  if cmp -s "$STACK_CONF.new" "$STACK_CONF"; then
    rm "$STACK_CONF.new"
  else
    mv "$STACK_CONF.new" "$STACK_CONF"
  fi
}

deskd_answers() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$STACK_PORT" || return 1
  printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  read -r _ status _ <&3 || true
  exec 3>&-
  [ "$status" = 200 ]
}

stack_start_deskd() {
  if stack_pid deskd >/dev/null; then return 0; fi
  daemon_start "$(stack_pidfile deskd)" "$STACK_LOG/deskd.log" "$STACK_BUILD/deskd" -c "$STACK_CONF"
  stack_wait deskd 20 deskd_answers
}

# A deskd older than its program or its configuration is ended, to be started again.
stack_end_outdated_deskd() {
  local proc
  proc=$(stack_pidfile deskd)
  if [ "$STACK_BUILD/deskd" -nt "$proc" ] || [ "$STACK_CONF" -nt "$proc" ]; then daemon_stop "$proc" 30; fi
}

stack_migrate() { "$STACK_BUILD/deskctl" -c "$STACK_CONF" migrate; }

## All of it

# stack_stop [SECONDS]: whatever runs; the longest wait for each is SECONDS.
stack_stop() {
  local name
  for name in $STACK_DAEMONS; do
    daemon_stop "$(stack_pidfile "$name")" "${1:-30}" || warn "$name does not end"
  done
}

# A shell variable a line, for scripts and for the tests.
stack_env_line() { printf "%s='%s'\n" "$1" "$2"; }

stack_env_write() {
  stack_env_line DESKD_URL_PORT "$STACK_PORT"
  stack_env_line DESKD_LMTP "$STACK_LMTP"
  stack_env_line DESKD_OUTBOX "$STACK_OUTBOX"
  stack_env_line DESKD_CTL "$STACK_CTL"
  stack_env_line DESKD_CONF "$STACK_CONF"
  stack_env_line DESKD_LOG "$STACK_LOG/deskd.log"
  stack_env_line DESKD_RUN "$STACK_RUN"
  stack_env_line DESKD_DB_SOCKET "$STACK_RUN/mariadb.sock"
  stack_env_line DESKD_DB_PASSWORD_FILE "$STACK_DIR/db-password"
  stack_env_line DESKD_REDIS_SOCKET "$STACK_RUN/redis.sock"
  stack_env_line DESKD_PID "$(stack_pid deskd || true)"
}
