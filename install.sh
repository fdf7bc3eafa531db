#!/usr/bin/env bash
# Installs Portico for the user who runs it: builds, starts, waits until it answers, prints what to do next.
# No questions, no Docker, no database server. `./install.sh --help` lists the flags.
set -euo pipefail

usage() {
  cat <<'TEXT'
./install.sh [flags]    installs Portico, or upgrades it in place
  --demo            go on by itself: admin, demo vendor, API, key, and a first streamed call
  --prefix DIR      the binary goes to DIR/bin, its settings to DIR/etc   (~/.local)
  --data DIR        databases, journal and key file                      (~/.local/share/portico)
  --port N          listen on 127.0.0.1:N                                (8080, or the next free port)
  --foreground      run in this terminal instead of the background
  --from FILE       install this ready binary instead of building one
  --sha256 HEX      its checksum; FILE.sha256 beside it is read when this is left out
  --no-toolchain    install no compiler and no Rust; only say what is missing
  --dry-run         say what would be done, change nothing
  --uninstall       stop and remove the binary; the data stays. With --purge --yes it goes too, backups included
Each flag is also an environment variable: PORTICO_PREFIX=DIR, PORTICO_DEMO=1, PORTICO_NO_TOOLCHAIN=1, …
TEXT
}

say() { printf '%s\n' "$@"; }
step() { printf '==> %s\n' "$@"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
misuse() { printf 'install.sh: %s (--help lists the flags)\n' "$*" >&2; exit 64; }
has() { command -v "$1" >/dev/null 2>&1; }
read_flags() {
  local name
  while [ $# -gt 0 ]; do
    case $1 in --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;; esac
    name=${1#--} name=${name//-/_}
    case $1 in
      --prefix | --data | --port | --from | --sha256) [ $# -gt 1 ] || misuse "$1 needs a value"; printf -v "$name" %s "$2"; shift 2 ;;
      --demo | --foreground | --no-toolchain | --dry-run | --uninstall | --purge | --yes) printf -v "$name" 1; shift ;;
      -h | --help) usage; exit 0 ;; *) misuse "there is no flag $1" ;;
    esac
  done
  [[ ${port:-1} =~ ^[1-9][0-9]{0,4}$ && ${port:-1} -le 65535 ]] || misuse "--port takes a number from 1 to 65535"
  [[ -z $sha256 || ($sha256 =~ ^[0-9a-fA-F]{64}$ && -n $from) ]] || misuse "--sha256 takes 64 hexadecimal digits, and goes with --from"
  [ -z "$from" ] || [ -f "$from" ] || fail "there is no file $from"
  [ -z "$purge" ] || [ -n "$yes" ] || misuse "--purge deletes all data; say --purge --yes if you mean it"
}

places() {
  local kept; prefix=$(absolute "$prefix")
  bin=$prefix/bin/portico settings=$prefix/etc/portico.toml
  kept=$(sed -n 's/^dir = "\(.*\)"$/\1/p' "$settings" 2>/dev/null || true)
  data=$(absolute "${data:-${kept:-${XDG_DATA_HOME:-$HOME/.local/share}/portico}}")
  [ "${kept:-$data}" = "$data" ] || fail "$settings names the data folder $kept; leave --data out, or change it there"
  pid_file=$data/portico.pid log=$data/portico.log
  case $prefix$data in *[\"\\]*) misuse "folder names with quotes or backslashes are not supported" ;; esac
}
absolute() { case $1 in /*) printf '%s' "${1%/}" ;; *) printf '%s/%s' "$PWD" "${1%/}" ;; esac; }
can_write() { local at=$1; until [ -e "$at" ]; do at=$(dirname "$at"); done; if [ ! -d "$at" ] || [ ! -w "$at" ]; then fail "$1 cannot be made: $at is not yours to write in"; fi; }
check_names() { # this script's variables and the program's settings share a prefix: say what becomes of each
  local name own=' PREFIX DATA PORT DEMO FOREGROUND FROM SHA256 NO_TOOLCHAIN DRY_RUN UNINSTALL PURGE YES KEY TOKEN '
  for name in "${!PORTICO_@}"; do
    if [[ $own == *" ${name#PORTICO_} "* ]]; then continue; fi
    case $name in PORTICO_CONFIG | PORTICO_DATA_DIR | PORTICO_SERVER_LISTEN)
      unset "$name"; say "note: $name is not used here; say --prefix, --data or --port" >&2; continue ;; esac
    if grep -qs "\`$name\`" "$here/docs/configuration.md"; then say "note: $name counts for this start; to keep it, write it in $settings" >&2
    else say "warning: install.sh does not know $name; docs/configuration.md lists the names" >&2; fi
  done
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
packages() { # the command that gets a C compiler and curl on this system
  if has apt-get; then say "apt-get install -y build-essential ca-certificates curl"
  elif has dnf; then say "dnf install -y gcc gcc-c++ make ca-certificates curl"
  elif has apk; then say "apk add build-base ca-certificates curl"; fi
}
need_tools() {
  local missing='' tool command; command=$(packages)
  for tool in sed grep tail seq sort install nohup; do has "$tool" || missing+=" $tool"; done
  [ -z "$from" ] || has sha256sum || has shasum || missing+=" sha256sum"
  [ -z "$missing" ] || fail "missing:$missing. Install it the way your system does, or mend PATH"
  for tool in curl $([ -n "$from" ] || say cc make); do has "$tool" || missing+=" $tool"; done; [ -n "$missing" ] || return 0
  if [ -n "$no_toolchain" ] || [ -z "$command" ] || ! { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    fail "missing:$missing. Get it with: ${command:+sudo }${command:-the package manager of your system}"
  fi
  step "Installing$missing: $command"; ! has apt-get || as_root apt-get update -qq
  # shellcheck disable=SC2086 # the words of the command
  as_root env DEBIAN_FRONTEND=noninteractive $command >/dev/null
}

get_binary() { # leaves a checked binary that runs beside the place where it goes
  local fresh=${from:-${CARGO_TARGET_DIR:-$here/target}/release/portico} sum
  if [ -n "$from" ]; then
    [ -n "$sha256" ] || [ ! -f "$from.sha256" ] || sha256=$(cut -d' ' -f1 "$from.sha256")
    sum=$(if has sha256sum; then sha256sum "$from"; else shasum -a 256 "$from"; fi | cut -d' ' -f1)
    if [ -z "$sha256" ]; then say "    sha256 $sum (not compared: no --sha256 was given)"
    elif [ "$sum" != "$(tr A-F a-f <<<"$sha256")" ]; then fail "$from is not the file expected: its sha256 is $sum"; fi
  else
    "$here/scripts/build-release" ${no_toolchain:+--no-toolchain}
  fi
  mkdir -p "$prefix/bin" "$prefix/etc"; install -m 755 "$fresh" "$bin.new"
  "$bin.new" --version >/dev/null || { rm -f "$bin.new"; fail "$fresh does not run on this machine"; }
}

portico() { "$bin" --config "$settings" "$@"; }
ask() { curl -s --noproxy '*' "$@"; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
address() {
  url=$(sed -n -e 's/^listen = "\(.*\)"$/\1/' -e 's/^0\.0\.0\.0:/127.0.0.1:/' -e 's/^\[::\]:/127.0.0.1:/' -e '/^[^ ]*:[0-9]*$/p' "$settings")
  url=http://${url:-127.0.0.1:8080}
}
holders() { # the processes that serve this data folder, whoever started them: they hold its journal's lock
  local fd pid
  if [ ! -d /proc/self/fd ]; then has lsof || return 1; lsof -t -a -c portico -- "$data/journal/lock" 2>/dev/null || true; return; fi
  for fd in /proc/[0-9]*/fd/*; do
    if [ "$fd" -ef "$data/journal/lock" ]; then pid=${fd#/proc/} pid=${pid%%/*}; ! grep -qs '^portico' "/proc/$pid/comm" || say "$pid"; fi
  done
}
servers() { # those, and the one of the pid file that may be about to
  local pid args; pid=$(cat "$pid_file" 2>/dev/null || true)
  args=$(if [ -d /proc/self/fd ]; then tr '\0' ' ' <"/proc/${pid:-none}/cmdline"; else ps -o args= -p "${pid:-0}"; fi 2>/dev/null || true)
  { holders || true; [[ $args != *"$bin --config $settings serve"* ]] || say "$pid"; } | sort -u
}
stop() {
  local pids signal; pids=$(servers); [ -z "$pids" ] || step "Stopping Portico (${pids//$'\n'/, })"
  for signal in TERM KILL; do
    # shellcheck disable=SC2086 # one word for each
    [ -z "$pids" ] || kill -$signal $pids 2>/dev/null || true
    for _ in $(seq 400); do [ -n "$pids" ] || break; sleep 0.1; pids=$(servers); done
  done
  rm -f "$pid_file"
}

start() { # in the background; ready is when /readyz answers and it is the new process that has the data folder
  local launch=(nohup) pid lines status=0; lines=$(grep -c '' "$log" 2>/dev/null || true); ! has setsid || launch=(setsid nohup)
  # shellcheck disable=SC2016 # words of the inner shell
  (umask 077; cd "$data"; exec "${launch[@]}" sh -c 'echo $$ >"$0"; exec "$@"' "$pid_file" "$bin" --config "$settings" serve >>"$log" 2>&1 </dev/null) & pid=$!
  for _ in $(seq 600); do
    if [ "$(ask -o /dev/null -m 2 -w '%{http_code}' "$url/readyz")" = 200 ] && { holders || servers; } | grep -qx "$pid"; then return 0; fi
    kill -0 "$pid" 2>/dev/null || break; sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then status="did not get ready within a minute"; else wait "$pid" || status=$?; status="ended with status $status before it was ready"; fi
  say "$("$bin" --version 2>/dev/null || say "$bin") $status; its own lines at the end of $log:" >&2
  tail -n "+$((${lines:-0} + 1))" "$log" | tail -n 15 >&2; stop; return 1
}
# Before anything is made; a server of this data folder may have the port, and is stopped later.
look_at_port() { [ -z "$port" ] || [ -n "$(servers)" ] || ! taken "$port" || fail "port $port is taken; choose another, or leave --port out"; }
free_address() { ! taken "${url##*:}" || fail "another program answers on $url, so Portico was not started; stop it, or name a free port with --port"; }
write_settings() { # keeps those that are there, but for a port that was named
  local chosen=${port:-8080}; [ ! -e "$settings" ] || address
  if [ -e "$settings" ] && { [ -z "$port" ] || [ "${url##*:}" = "$port" ]; }; then return; fi
  while taken "$chosen"; do [ -z "$port" ] || fail "port $port is taken; choose another, or leave --port out"; chosen=$((chosen + 1)); done
  (umask 077; if [ -e "$settings" ]; then sed "s/^listen = .*/listen = \"127.0.0.1:$chosen\"/" "$settings"
    else printf '%s\n' '# Written by install.sh. docs/configuration.md lists every setting.' '[server]' \
      "listen = \"127.0.0.1:$chosen\"" '' '[data]' "dir = \"$data\""; fi >"$settings.new")
  mv "$settings.new" "$settings"; address
}
prepare_data() {
  [ -e "$data/.portico" ] || [ ! -d "$data" ] || [ -z "$(ls -A "$data")" ] || fail "$data holds something else; choose an empty folder with --data"
  mkdir -p "$data"; chmod 700 "$data"; : >"$data/.portico"
}

upgrade() { # the old binary and the old databases come back if the new one does not get ready
  local backup all
  stop; free_address; settle
  until backup=$data/backups/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ); [ ! -e "$backup" ]; do sleep 0.2; done
  step "Backing up the databases to $backup"; rm -rf "$data/backups/unfinished"
  portico backup "$data/backups/unfinished" >/dev/null || { start || true; rm -f "$bin.new"; fail "the backup failed; nothing was changed"; }
  mv "$data/backups/unfinished" "$backup"
  all=("$data"/backups/before-upgrade-*)
  while [ ${#all[@]} -gt 5 ]; do rm -rf "${all[0]}"; all=("${all[@]:1}"); done
  ln -f "$bin" "$bin.old" 2>/dev/null || cp -p "$bin" "$bin.old"; mv "$bin.new" "$bin"
  step "Starting the new version"; if start; then rm -f "$bin.old"; return 0; fi
  go_back "$backup"; start || fail "the version before does not start either; its databases are in $backup"
  fail "the upgrade failed; the version before runs again on $url"
}
go_back() { # BACKUP: noted first, so that it is done to its end even when it is cut off
  step "Going back to the version before"; printf '%s\n' "$1" >"$data/going-back"
  [ ! -e "$bin.old" ] || mv "$bin.old" "$bin"
  portico restore "$1" --yes >/dev/null || fail "the old databases are in $1; restore them with: $bin restore $1 --yes"
  rm -f "$data/going-back"
}
settle() { # an upgrade that was cut off is finished or taken back before the next one
  local newest; if [ -s "$data/going-back" ]; then go_back "$(cat "$data/going-back")"; fi
  [ -e "$bin.old" ] || return 0
  if [ ! "$bin" -ef "$bin.old" ]; then
    step "An upgrade was cut off; does its version start?"
    if start; then stop; else for newest in "$data"/backups/before-upgrade-*; do :; done; go_back "$newest"; fi
  fi
  rm -f "$bin.old"
}
show_demo() {
  local made line
  step "Making the demo: an admin, a developer, the demo vendor, an API, a subscription, a key"
  made=$(portico demo-data add); key=$(sed -n 's/^key=//p' <<<"$made")
  for _ in $(seq 50); do ask -m 2 -H "Authorization: Bearer $key" "$url/v1/models" | grep -q demo-echo && break; sleep 0.1; done
  step "Calling /v1/chat/completions with that key, streamed"
  ask -S -N -m 60 "$url/v1/chat/completions" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
    -d '{"model":"demo-echo","stream":true,"messages":[{"role":"user","content":"This went through a key, a plan, its limits and the journal, and came back."}]}' |
    while IFS= read -r line || [ -n "$line" ]; do
      if [[ $line =~ \"content\":\"(([^\"\\]|\\.)*)\" ]]; then printf '%b' "${BASH_REMATCH[1]}"
      elif [[ $line == *'"error"'* ]]; then printf '%s\n' "$line" >&2; exit 1; fi
    done || fail "the demo call failed; see $log"
  say "" ""; sed -n 's/^\(admin\|developer\)=/\1: /p' <<<"$made" | sed 's/^\(.*\): \(.*\) \(.*\)$/    Sign in as \1:  \2  password \3/'
  say "    Key:   $key"
}

ending() { # the commands in it can be pasted
  local link label="Call it:       " name word call; link=$(portico setup-link 2>/dev/null || true); [ -z "$link" ] || label="After set-up:  "
  for name in here prefix bin settings log pid_file; do printf -v word %q "${!name}"; local "$name=$word"; done
  say "" "Portico runs on $url"
  if [ -n "$link" ]; then say "    Set it up:     $link   (works once, for an hour)"; else say "    Sign in:       $url/sign-in   (change your password under Profile)"; fi
  if [ -n "$key" ]; then call="/v1/chat/completions -H 'Authorization: Bearer $key' -H 'Content-Type: application/json' -d '{\"model\":\"demo-echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'"
  else call="/v1/models -H 'Authorization: Bearer YOUR_KEY'   (the models that the key may call)"; fi
  say "    ${label}curl $url$call" "    Log:           $log" "    Stop:          kill \$(cat $pid_file)" \
    "    Start again:   nohup $bin --config $settings serve >>$log 2>&1 & echo \$! >$pid_file" \
    "    Uninstall:     $here/install.sh --uninstall --prefix $prefix   (the data in $data stays)"
  case :$PATH: in *":$prefix/bin:"*) ;; *) say "    Commands:      $bin --help   (add $prefix/bin to your PATH)" ;; esac
}

remove() {
  [ -e "$bin" ] || [ -e "$settings" ] || [ -e "$data/.portico" ] || { say "Portico is not installed in $prefix"; return; }
  [ -z "$purge" ] || [ ! -d "$data" ] || [ -e "$data/.portico" ] || fail "$data is not a data folder of Portico; nothing was deleted"
  stop; rm -f "$bin" "$bin.old" "$bin.new"
  if [ -z "$purge" ]; then say "Removed $bin. The data stays in $data, the settings in $settings."; return; fi
  [ ! -d "$data" ] || find "$data/" -mindepth 1 -maxdepth 1 ! -name .portico -exec rm -rf {} +
  rm -rf "$data"; rm -f "$settings"; say "Removed $bin, $settings and $data."
}
plan() {
  if [ -n "$uninstall$purge" ]; then say "Would stop Portico and remove $bin${purge:+, $settings and $data}."; return; fi
  say "Would install $bin from ${from:-a release build, first getting Rust and a C compiler where they are missing}."
  if [ -e "$bin" ] && [ -e "$settings" ]; then say "Would back up the databases, restart, and go back if the new version fails."
  else say "Would make $data (0700) and $settings, and listen on 127.0.0.1:${port:-8080, or the next free port}."; fi
  say "Would start it, wait for /readyz${demo:+, make the demo and call it}, print the next steps${foreground:+, and stay in this terminal}."
}
on() { case $1 in '' | 0 | no | false) ;; *) say 1 ;; esac; }

main() {
  local before='' key=''
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) prefix=${PORTICO_PREFIX:-$HOME/.local} data=${PORTICO_DATA:-} port=${PORTICO_PORT:-} from=${PORTICO_FROM:-} sha256=${PORTICO_SHA256:-}
  demo=$(on "${PORTICO_DEMO:-}") foreground=$(on "${PORTICO_FOREGROUND:-}") no_toolchain=$(on "${PORTICO_NO_TOOLCHAIN:-}")
  dry_run=$(on "${PORTICO_DRY_RUN:-}") uninstall=$(on "${PORTICO_UNINSTALL:-}") purge=$(on "${PORTICO_PURGE:-}") yes=$(on "${PORTICO_YES:-}")
  read_flags "$@"; places; check_names
  if [ -n "$dry_run" ]; then plan; return; elif [ -n "$uninstall$purge" ]; then remove; return; fi
  [ ! -e "$bin" ] || [ ! -e "$settings" ] || { [ ! -e "$data/secrets.key" ] && [ ! -e "$data/going-back" ]; } || before=1
  need_tools; can_write "$prefix"; can_write "$data"; look_at_port; get_binary; prepare_data
  if [ -n "$before" ]; then write_settings; upgrade; else
    stop; write_settings; free_address; mv "$bin.new" "$bin"
    step "Starting Portico on $url"; start || { rm -f "$bin"; fail "Portico did not start, so it was not installed"; }
  fi
  [ -z "$demo" ] || show_demo; ending
  if [ -n "$foreground" ]; then stop; printf '%s\n' $$ >"$pid_file"; cd "$data"; exec "$bin" --config "$settings" serve; fi
}

main "$@"
