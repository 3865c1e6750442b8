# shellcheck shell=bash
# deploy/lib/common.sh - messages, steps with a clock, and processes that are known to be ours

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# fail TEXT [LOGFILE]: what went wrong, the end of the log, and out.
fail() {
  warn ""
  warn "FAILED: $1"
  if [ -n "${2:-}" ] && [ -s "$2" ]; then
    warn "The last lines of $2:"
    tail -n 25 "$2" | sed 's/^/  | /' >&2
  fi
  exit 1
}

# step TEXT LOGFILE COMMAND...: runs COMMAND in a subshell with its output in LOGFILE, and shows
# how long it takes. Its status is left in STEP_STATUS, for a caller that tests a function's status
# switches "set -e" off inside it.
step() {
  local text=$1 log=$2 began=$SECONDS told=$SECONDS pid
  STEP_STATUS=0
  shift 2
  printf '  %-46s ' "$text"
  set -m # a process group of its own, for step_abort
  "$@" >>"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  STEP_GROUP=$pid
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.1
    if [ $((SECONDS - told)) -ge 10 ]; then
      told=$SECONDS
      printf '%ss ' $((SECONDS - began))
    fi
  done
  wait "$pid" || STEP_STATUS=$?
  STEP_GROUP=""
  if [ "$STEP_STATUS" = 0 ]; then
    say "done ($((SECONDS - began)) s)"
  else
    say "failed ($((SECONDS - began)) s)"
  fi
}

# For traps: ends what the current step started.
step_abort() {
  [ -z "${STEP_GROUP:-}" ] || kill -TERM -- "-$STEP_GROUP" 2>/dev/null || true
  say ""
  exit 130
}

# wait_until SECONDS COMMAND...: polls COMMAND until it succeeds.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FIRST: prints FIRST or the next loopback port on which nobody listens.
free_port() {
  local port=$1
  while port_answers "$port"; do port=$((port + 1)); done
  printf '%s\n' "$port"
}

# make_secret FILE: fills FILE with 48 random hex digits, once.
make_secret() {
  [ -s "$1" ] && return 0
  (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1.new")
  mv "$1.new" "$1"
}

# A pid file holds "pid start-time boot-id folder": a process that merely got the number of a dead one
# of ours, after a restart of the machine too, is not taken for it, and a copied folder owns nothing.
proc_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
boot_id() { cat /proc/sys/kernel/random/boot_id; }

pid_write() {
  printf '%s %s %s %s\n' "$2" "$(proc_start "$2")" "$(boot_id)" "$(dirname "$1")" >"$1"
}

# pid_of FILE: prints the process id if that very process still lives.
pid_of() {
  local pid start boot dir
  [ -s "$1" ] && read -r pid start boot dir <"$1" || return 1
  [ "$boot" = "$(boot_id)" ] && [ "$dir" = "$(dirname "$1")" ] || return 1
  [ -n "$start" ] && [ "$(proc_start "$pid")" = "$start" ] || return 1
  case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in Z*) return 1 ;; esac
  printf '%s\n' "$pid"
}

pid_gone() { ! pid_of "$1"; }

# daemon_start PIDFILE LOGFILE COMMAND...: COMMAND stays in the foreground of a session of its own.
daemon_start() {
  local pidfile=$1 log=$2
  shift 2
  setsid "$@" >>"$log" 2>&1 </dev/null 9>&- &
  pid_write "$pidfile" $!
}

# daemon_stop PIDFILE SECONDS: TERM, then KILL after SECONDS; only a process of ours.
daemon_stop() {
  local pid
  if pid=$(pid_of "$1"); then
    kill -TERM "$pid" 2>/dev/null || true
    if ! wait_until "$2" pid_gone "$1"; then
      kill -KILL "$pid" 2>/dev/null || true
      wait_until 5 pid_gone "$1" || return 1
    fi
  fi
  rm -f "$1"
}
