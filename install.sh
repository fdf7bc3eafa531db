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
  --uninstall       stop and remove the binary; the data stays
  --purge --yes     uninstall and delete the data too
Each flag is also an environment variable: PORTICO_PREFIX=DIR, PORTICO_DEMO=1, PORTICO_NO_TOOLCHAIN=1, …
TEXT
}

say() { printf '%s\n' "$@"; }
step() { printf '==> %s\n' "$@"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
misuse() { printf 'install.sh: %s (--help lists the flags)\n' "$*" >&2; exit 64; }
has() { command -v "$1" >/dev/null 2>&1; }

read_flags() {
  local flag value
  while [ $# -gt 0 ]; do
    flag=$1 value=''; shift
    case $flag in
      --*=*) value=${flag#*=} flag=${flag%%=*} ;;
      --prefix | --data | --port | --from | --sha256) [ $# -gt 0 ] || misuse "$flag needs a value"; value=$1; shift ;;
    esac
    case $flag in
      --prefix) prefix=$value ;; --data) data=$value ;; --port) port=$value ;;
      --from) from=$value ;; --sha256) sha256=$value ;; --demo) demo=1 ;; --foreground) foreground=1 ;;
      --no-toolchain) no_toolchain=1 ;; --dry-run) dry_run=1 ;; --uninstall) uninstall=1 ;;
      --purge) purge=1 ;; --yes) yes=1 ;; -h | --help) usage; exit 0 ;;
      *) misuse "there is no flag $flag" ;;
    esac
  done
  [[ ${port:-1} =~ ^[1-9][0-9]{0,4}$ ]] || misuse "--port takes a number from 1 to 65535"
  [[ -z $sha256 || ($sha256 =~ ^[0-9a-fA-F]{64}$ && -n $from) ]] || misuse "--sha256 takes 64 hexadecimal digits, and goes with --from"
  [ -z "$from" ] || [ -f "$from" ] || fail "there is no file $from"
  [ -z "$purge" ] || [ -n "$yes" ] || misuse "--purge deletes all data; say --purge --yes if you mean it"
}

places() {
  prefix=$(absolute "$prefix")
  bin=$prefix/bin/portico settings=$prefix/etc/portico.toml
  if [ -z "$data" ] && [ -f "$settings" ]; then data=$(sed -n 's/^dir = "\(.*\)"$/\1/p' "$settings"); fi
  data=$(absolute "${data:-${XDG_DATA_HOME:-$HOME/.local/share}/portico}")
  pid_file=$data/portico.pid log=$data/portico.log
  case $prefix$data in *[\"\\]*) misuse "folder names with quotes or backslashes are not supported" ;; esac
}
absolute() { case $1 in /*) printf '%s' "${1%/}" ;; *) printf '%s/%s' "$PWD" "${1%/}" ;; esac; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
packages() { # the command that gets a C compiler and curl on this system
  if has apt-get; then say "apt-get install -y build-essential ca-certificates curl"
  elif has dnf; then say "dnf install -y gcc gcc-c++ make ca-certificates curl"
  elif has apk; then say "apk add build-base ca-certificates curl"
  else say "your system's way to install a C compiler, make and curl"; fi
}

need_tools() {
  local missing='' tool command
  for tool in $(if [ -n "$from" ]; then say curl; else say curl cc make; fi); do has "$tool" || missing+=" $tool"; done
  [ -n "$missing" ] || return 0
  command=$(packages)
  if [ -n "$no_toolchain" ] || [[ $command == your* ]] || ! { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    fail "missing:$missing. Get it with: sudo $command"
  fi
  step "Installing$missing: $command"
  ! has apt-get || as_root apt-get update -qq
  # shellcheck disable=SC2086 # the words of the command
  as_root env DEBIAN_FRONTEND=noninteractive $command >/dev/null
}

rust_is_new_enough() {
  local have; have=$(rustc --version 2>/dev/null | awk '{print $2}')
  has cargo && [ "$(printf '%s\n' "$floor" "${have:-0}" | sort -V | head -1)" = "$floor" ]
}

need_rust() {
  floor=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/Cargo.toml")
  PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
  ! rust_is_new_enough || return 0
  local hint="Rust $floor or newer is missing. Get it from https://rustup.rs, then run this again."
  [ -z "$no_toolchain" ] || fail "$hint"
  step "Installing Rust by rustup into your home folder (Portico needs $floor or newer)"
  if has rustup; then rustup toolchain install stable --profile minimal --no-self-update && export RUSTUP_TOOLCHAIN=stable
  else curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal; fi || fail "no network? $hint"
  PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
  rust_is_new_enough || fail "$hint"
}

get_binary() { # leaves a checked binary that runs beside the place where it goes
  local fresh=${from:-${CARGO_TARGET_DIR:-$here/target}/release/portico} sum
  if [ -n "$from" ]; then
    [ -n "$sha256" ] || [ ! -f "$from.sha256" ] || sha256=$(cut -d' ' -f1 "$from.sha256")
    sum=$(if has sha256sum; then sha256sum "$from"; else shasum -a 256 "$from"; fi | cut -d' ' -f1)
    if [ -z "$sha256" ]; then say "    sha256 $sum (not compared: no --sha256 was given)"
    elif [ "$sum" != "$(tr A-F a-f <<<"$sha256")" ]; then fail "$from is not the file expected: its sha256 is $sum"; fi
  else
    need_rust
    step "Building Portico (the first time takes some minutes)"
    (cd "$here" && cargo build --release --locked --bin portico)
  fi
  mkdir -p "$prefix/bin" "$prefix/etc"
  install -m 755 "$fresh" "$bin.new"
  "$bin.new" --version >/dev/null || { rm -f "$bin.new"; fail "$fresh does not run on this machine"; }
}

portico() { "$bin" --config "$settings" "$@"; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
address() { url=http://$(sed -n 's/^listen = "\(.*\)"$/\1/p' "$settings"); }

running() { # is the process of the pid file ours and alive?
  local pid; pid=$(cat "$pid_file" 2>/dev/null) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || return 1
  [ ! -r "/proc/$pid/comm" ] || [ "$(cat "/proc/$pid/comm")" = portico ]
}

stop() {
  local pid
  if running; then
    pid=$(cat "$pid_file"); step "Stopping Portico ($pid)"; kill "$pid"
    for _ in $(seq 400); do running || break; sleep 0.1; done
    ! running || kill -KILL "$pid"
  fi
  rm -f "$pid_file"
}

start() { # starts it in the background and waits for /readyz
  local launch=(nohup)
  ! has setsid || launch=(setsid nohup)
  (umask 077; cd "$data"; exec "${launch[@]}" "$bin" --config "$settings" serve >>"$log" 2>&1 </dev/null) &
  printf '%s\n' $! >"$pid_file"
  for _ in $(seq 600); do
    [ "$(curl -s -o /dev/null -m 2 -w '%{http_code}' "$url/readyz")" != 200 ] || return 0
    kill -0 "$(cat "$pid_file")" 2>/dev/null || break
    sleep 0.1
  done
  say "Portico did not get ready; the end of $log:" >&2; tail -n 15 "$log" >&2; return 1
}

write_settings() { # keeps those that are there, but for a port that was named
  local chosen=${port:-8080}
  [ ! -e "$settings" ] || address
  if [ -e "$settings" ] && { [ -z "$port" ] || [ "$url" = "http://127.0.0.1:$port" ]; }; then return; fi
  if [ -n "$port" ]; then ! taken "$port" || fail "port $port is taken; choose another, or leave --port out"
  else while taken "$chosen"; do chosen=$((chosen + 1)); done; fi
  if [ -e "$settings" ]; then
    sed -i.before "s/^listen = .*/listen = \"127.0.0.1:$chosen\"/" "$settings"; rm -f "$settings.before"
  else
    printf '%s\n' '# Written by install.sh. docs/configuration.md lists every setting.' '[server]' \
      "listen = \"127.0.0.1:$chosen\"" '' '[data]' "dir = \"$data\"" >"$settings"
    chmod 600 "$settings"
  fi
  address
}

prepare_data() {
  if [ ! -e "$data/.portico" ] && [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; then
    fail "$data holds something else; choose an empty folder with --data"
  fi
  mkdir -p "$data"; chmod 700 "$data"; : >"$data/.portico"
}

upgrade() { # the old binary and the old databases come back if the new one does not get ready
  local backup; backup=$data/backups/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ)
  stop; step "Backing up the databases to $backup"
  portico backup "$backup" >/dev/null || { start || true; rm -f "$bin.new"; fail "the backup failed; nothing was changed"; }
  mv "$bin" "$bin.old"; mv "$bin.new" "$bin"
  step "Starting the new version"; if start; then rm -f "$bin.old"; return 0; fi
  step "Going back to the version before"; stop; mv "$bin.old" "$bin"
  portico restore "$backup" --yes >/dev/null || fail "the old databases are in $backup; restore them with: $bin restore $backup --yes"
  start || fail "the version before does not start either; its databases are in $backup"
  fail "the upgrade failed; the version before runs again on $url"
}

show_demo() {
  local made key line
  step "Making the demo: an admin, a developer, the demo vendor, an API, a subscription, a key"
  made=$(portico demo-data add)
  key=$(sed -n 's/^key=//p' <<<"$made")
  for _ in $(seq 50); do curl -s -m 2 -H "Authorization: Bearer $key" "$url/v1/models" | grep -q demo-echo && break; sleep 0.1; done
  step "Calling /v1/chat/completions with that key, streamed"
  curl -sS -N --fail-with-body -m 60 "$url/v1/chat/completions" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
    -d '{"model":"demo-echo","stream":true,"messages":[{"role":"user","content":"This went through a key, a plan, its limits and the journal, and came back."}]}' |
    while IFS= read -r line || [ -n "$line" ]; do
      if [[ $line =~ \"content\":\"(([^\"\\]|\\.)*)\" ]]; then printf '%b' "${BASH_REMATCH[1]}"
      elif [[ $line == *'"error"'* ]]; then printf '%s\n' "$line" >&2; exit 1; fi
    done || fail "the demo call failed; see $log"
  say "" ""; sed -n 's/^\(admin\|developer\)=/\1: /p' <<<"$made" | sed 's/^\(.*\): \(.*\) \(.*\)$/    Sign in as \1:  \2  password \3/'
  say "    Key:   $key"
}

ending() {
  local link; link=$(portico setup-link 2>/dev/null || true)
  say "" "Portico runs on $url"
  if [ -n "$link" ]; then say "    Set it up:     $link   (works once, for an hour)"; else say "    Sign in:       $url/sign-in"; fi
  say "    After set-up:  curl $url/v1/chat/completions -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' -d '{\"model\":\"demo-echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'" \
    "    Stop:          kill \$(cat $pid_file)" \
    "    Start again:   $here/install.sh, or $bin serve" \
    "    Uninstall:     $here/install.sh --uninstall --prefix $prefix   (the data in $data stays)"
  case :$PATH: in *":$prefix/bin:"*) ;; *) say "    Commands:      $bin --help   (add $prefix/bin to your PATH)" ;; esac
}

remove() {
  [ -e "$bin" ] || [ -e "$settings" ] || [ -e "$data/.portico" ] || { say "Portico is not installed in $prefix"; return; }
  stop
  rm -f "$bin" "$bin.old" "$bin.new"
  if [ -z "$purge" ]; then say "Removed $bin. The data stays in $data, the settings in $settings."; return; fi
  [ ! -d "$data" ] || [ -e "$data/.portico" ] || fail "$data is not a data folder of Portico; it was not deleted"
  rm -rf "$data"; rm -f "$settings"
  say "Removed $bin, $settings and $data."
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
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) prefix=${PORTICO_PREFIX:-$HOME/.local} data=${PORTICO_DATA:-} port=${PORTICO_PORT:-} from=${PORTICO_FROM:-} sha256=${PORTICO_SHA256:-}
  demo=$(on "${PORTICO_DEMO:-}") foreground=$(on "${PORTICO_FOREGROUND:-}") no_toolchain=$(on "${PORTICO_NO_TOOLCHAIN:-}")
  dry_run=$(on "${PORTICO_DRY_RUN:-}") uninstall=$(on "${PORTICO_UNINSTALL:-}") purge=$(on "${PORTICO_PURGE:-}") yes=$(on "${PORTICO_YES:-}")
  read_flags "$@"; places
  if [ -n "$dry_run" ]; then plan; return; elif [ -n "$uninstall$purge" ]; then remove; return; fi
  local before=''; [ ! -e "$bin" ] || [ ! -e "$settings" ] || before=1
  need_tools; get_binary; prepare_data; write_settings
  if [ -n "$before" ]; then upgrade; else
    mv "$bin.new" "$bin"; stop
    step "Starting Portico on $url"; start || fail "Portico did not start"
  fi
  [ -z "$demo" ] || show_demo
  ending
  if [ -n "$foreground" ]; then stop; printf '%s\n' $$ >"$pid_file"; cd "$data"; exec "$bin" --config "$settings" serve; fi
}

main "$@"
