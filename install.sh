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

say() { printf '%s\n' "$@" || true; } # a reader that went away stops nothing half-way
step() { say "==> $1"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
misuse() { printf 'install.sh: %s (--help lists the flags)\n' "$*" >&2; exit 64; }
has() { command -v "$1" >/dev/null 2>&1; }
on() { # NAME VALUE
  case $(tr '[:upper:]' '[:lower:]' <<<"$2") in '' | 0 | no | false | off) ;; 1 | yes | true | on) say 1 ;; *) misuse "$1 takes yes or no, not $2" ;; esac
}
read_flags() {
  local flag name value
  while [ $# -gt 0 ]; do
    flag=${1%%=*} name=${1%%=*} name=${name#--} name=${name//-/_}
    case $flag in
      --prefix | --data | --port | --from | --sha256)
        if [ "$1" = "$flag" ]; then value=${2-}; shift $(($# > 1)); else value=${1#*=}; fi
        [[ -n $value && $value != --* ]] || misuse "$flag needs a value"; printf -v "$name" %s "$value" ;;
      --demo | --foreground | --no-toolchain | --dry-run | --uninstall | --purge | --yes)
        value=1; [ "$1" = "$flag" ] || value=$(on "$flag" "${1#*=}"); printf -v "$name" %s "$value" ;;
      -h | --help) usage; exit 0 ;; *) misuse "there is no flag $flag" ;;
    esac; shift
  done
  [[ ${port:-1} =~ ^[1-9][0-9]{0,4}$ && ${port:-1} -le 65535 ]] || misuse "--port takes a number from 1 to 65535"
  [[ -z $sha256 || ($sha256 =~ ^[0-9a-fA-F]{64}$ && -n $from) ]] || misuse "--sha256 takes 64 hexadecimal digits, and goes with --from"
  [ -z "$from" ] || [ -f "$from" ] || fail "there is no file $from"
  [ -z "$purge" ] || [ -n "$yes" ] || misuse "--purge deletes all data; say --purge --yes if you mean it"
}
places() {
  local kept home=${HOME:+$HOME/.local}; prefix=${prefix:-$home}; [ -n "$prefix" ] || fail "HOME is not set; say --prefix and --data"
  prefix=$(absolute "$prefix"); bin=$prefix/bin/portico settings=$prefix/etc/portico.toml
  kept=$(folder_in "$settings"); named=$data$kept; home=${XDG_DATA_HOME:-${home:+$home/share}}
  data=${data:-${kept:-${home:+$home/portico}}}; [ -n "$data" ] || fail "HOME is not set; say --data"; data=$(absolute "$data")
  [ "${kept:-$data}" = "$data" ] || fail "$settings names the data folder $kept; leave --data out, or change it there"
  case $prefix$data in *[\"\\]*) misuse "folder names with quotes or backslashes are not supported" ;; esac
  pid_file=$data/portico.pid log=$data/portico.log other=$(owner)
}
folder_in() { sed -n 's/^dir = "\(.*\)"$/\1/p' "$1" 2>/dev/null || true; }
owner() { # the prefix of another installation that this data folder belongs to: it is noted there, or else is that of its server
  local at pid; at=$(cat "$data/.portico" 2>/dev/null || true)
  [ -n "$at" ] || at=$(for pid in $(holders || true); do words_of "$pid"; done | sed -n 's|/bin/portico --config .*||p' | sed 1q)
  at=${at:-${HOME:-}/.local}; if [ ! -e "$at/bin/portico" ] || [ "$at/bin/portico" -ef "$bin" ] || [ ! -e "$at/etc/portico.toml" ]; then return; fi
  pid=$(folder_in "$at/etc/portico.toml"); [ ! "${pid:-$data}" -ef "$data" ] || say "$at"
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
need_tools() {
  local missing='' tool need=(curl cc make); [ -z "$from" ] || need=(curl)
  for tool in sed grep tail seq sort install nohup; do has "$tool" || missing+=" $tool"; done
  [ -z "$from" ] || has sha256sum || has shasum || missing+=" sha256sum"
  [ -z "$missing" ] || fail "missing:$missing. Install it the way your system does, or mend PATH"
  for tool in "${need[@]}"; do has "$tool" || { "$here/scripts/get-tools" ${no_toolchain:+--no-toolchain} "${need[@]}"; break; }; done
}
get_binary() { # leaves a checked binary that runs beside the place where it goes
  local fresh=${from:-${CARGO_TARGET_DIR:-$here/target}/release/portico} sum
  if [ -n "$from" ]; then
    if [ -z "$sha256" ] && [ -f "$from.sha256" ]; then sha256=$(cut -d' ' -f1 "$from.sha256") sha256=${sha256:-none}; fi
    sum=$(if has sha256sum; then sha256sum "$from"; else shasum -a 256 "$from"; fi | cut -d' ' -f1)
    if [ -z "$sha256" ]; then say "    sha256 $sum (not compared: no --sha256 was given)"
    elif [ "$sum" != "$(tr A-F a-f <<<"$sha256")" ]; then fail "$from is not the file expected: its sha256 is $sum"; fi
  else "$here/scripts/build-release" ${no_toolchain:+--no-toolchain}; fi
  mkdir -p "$prefix/bin" "$prefix/etc"; install -m 755 "$fresh" "$bin.new"
  case $(LC_ALL=C; head -c 2 "$fresh") in '#!' | $'\x7fE' | $'\xcf\xfa' | $'\xca\xfe') ;; *) fail "$fresh is not a program" ;; esac # a shell would run any text
  sum=$("$bin.new" --version 2>/dev/null) || fail "$fresh does not run on this machine"
  [[ $sum == 'portico '* ]] || fail "$fresh is not Portico: it calls itself '$sum'"
}
check_settings() { # by the new version, before anything is stopped
  local file=$settings; [ -e "$file" ] || { file=$settings.new; (umask 077; : >"$file"); }
  (cd "$data" 2>/dev/null || cd /; "$bin.new" --config "$file" --data "$data" config check >/dev/null) || fail "the settings are wrong; nothing was changed"
  if [ -n "$demo" ] && [ -e "$data/secrets.key" ] && "$bin.new" --config "$file" --data "$data" user list | grep '  Admin  ' | grep -qv '^admin@portico\.example '; then
    fail "there is an admin already, and --demo would add another with a password of its own; if you mean it: $bin demo-data add"; fi
}
portico() { "$bin" --config "$settings" "$@"; }
ask() { curl -s --noproxy '*' "$@"; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
address() {
  url=$(sed -n -e 's/^listen = "\([^"]*\)".*$/\1/' -e 's/^0\.0\.0\.0:/127.0.0.1:/' -e 's/^\[::\]:/127.0.0.1:/' -e '/^[^ ]*:[0-9]*$/p' "$settings"); url=http://${url:-127.0.0.1:8080}
}
holders() { # the processes that serve this data folder, whoever started them: they hold its journal's lock
  local fd pid; if [ ! -d /proc/self/fd ]; then has lsof || return 1; lsof -t -a -c portico -- "$data/journal/lock" 2>/dev/null || true; return; fi
  for fd in /proc/[0-9]*/fd/*; do
    if [ "$fd" -ef "$data/journal/lock" ]; then pid=${fd#/proc/} pid=${pid%%/*}; ! grep -qs '^portico' "/proc/$pid/comm" || say "$pid"; fi
  done
}
words_of() { { if [ -d /proc/self/fd ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -o args= -p "$1"; fi; } 2>/dev/null || true; }
servers() { # those, and the one of the pid file that may be about to
  local pid args; pid=$(cat "$pid_file" 2>/dev/null || true); args=$(words_of "${pid:-0}")
  { holders || true; [[ $args != *"$bin --config $settings serve"* ]] || say "$pid"; } | sort -u
}
stop() {
  local pids signal; pids=$(servers); [ -z "$pids" ] || { step "Stopping Portico (${pids//$'\n'/, })"; down=1; }
  for signal in TERM KILL; do
    # shellcheck disable=SC2086 # one word for each
    [ -z "$pids" ] || kill -$signal $pids 2>/dev/null || true
    for _ in $(seq 400); do [ -n "$pids" ] || break; sleep 0.1; pids=$(servers); done
  done
  rm -f "$pid_file"
}
ready() { [ "$(ask -o /dev/null -m 2 -w '%{http_code}' "$url/readyz")" = 200 ] && { holders || servers; } | grep -qx "$1"; }
start() { # in the background; ready is when /readyz answers and it is the new process that has the data folder
  local launch=(nohup) pid lines status=0; lines=$(grep -c '' "$log" 2>/dev/null || true); ! has setsid || launch=(setsid nohup)
  # shellcheck disable=SC2016 # words of the inner shell
  (umask 077; cd "$data"; exec "${launch[@]}" sh -c 'echo $$ >"$0"; exec "$@"' "$pid_file" "$bin" --config "$settings" serve >>"$log" 2>&1 </dev/null) & pid=$!
  for _ in $(seq 600); do ! ready "$pid" || { down=''; return 0; }; kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  if kill -0 "$pid" 2>/dev/null; then status="did not get ready within a minute"; else wait "$pid" || status=$?; status="ended with status $status before it was ready"; fi
  say "$("$bin" --version 2>/dev/null || say "$bin") $status; its own lines at the end of $log:" >&2
  tail -n "+$((${lines:-0} + 1))" "$log" | tail -n 15 >&2; stop; return 1
}
look_at_port() { # a server of this data folder may have the port, and is stopped later
  [ -z "$port" ] || [ -n "$(servers)" ] || ! taken "$port" || fail "port $port is taken; choose another, or leave --port out"
}
free_address() { ! taken "${url##*:}" || fail "another program answers on $url, so Portico was not started; stop it, or name a free port with --port"; }
write_settings() { # keeps those that are there, but for a port that was named
  local chosen=${port:-8080}; if [ -e "$settings" ]; then address; [ -n "$port" ] && [ "${url##*:}" != "$port" ] || return 0; fi
  [ ! -e "$settings" ] || grep -q '^listen = ".*:' "$settings" || fail "$settings has no line 'listen = \"HOST:PORT\"' to put --port in; write it there"
  while taken "$chosen"; do [ -z "$port" ] || fail "port $port is taken; choose another, or leave --port out"; chosen=$((chosen + 1)); done
  (umask 077; if [ -e "$settings" ]; then sed "s/^\(listen = \"[^\"]*:\)[0-9]*\"/\1$chosen\"/" "$settings"
    else printf '%s\n' '# Written by install.sh. docs/configuration.md lists every setting.' '[server]' \
      "listen = \"127.0.0.1:$chosen\"" '' '[data]' "dir = \"$data\""; fi >"$settings.new")
  mv "$settings.new" "$settings"; address
}
check_data() {
  [ -z "$other" ] || fail "the data folder $data belongs to the installation in $other; say --data DIR for one of its own, or --prefix $other for that one"
  [ ! -d "$data" ] || [ -O "$data" ] || fail "$data belongs to another user; choose a folder of yours with --data"
  [ -e "$data/.portico" ] || [ ! -d "$data" ] || [ -z "$(ls -A "$data")" ] || fail "$data holds something else; choose an empty folder with --data"
}
prepare_data() { mkdir -p "$data"; chmod 700 "$data"; printf '%s\n' "$prefix" >"$data/.portico"; }
# At once with that status, but a change of versions goes to its end first.
interrupted() { [ -n "$critical" ] || exit "$1"; cut=$1; say "install.sh: ends when the versions are changed" >&2; }
rescue() { # at every end: what was stopped runs again, or it is said that it does not
  set +e; trap '' HUP INT PIPE TERM; rm -f "$bin.new" "$settings.new"; [ ! "$bin" -ef "$bin.old" ] || rm -f "$bin.old"
  if [ -z "$down" ] || [ -s "$data/going-back" ]; then return; fi
  { step "Starting the version before again"; stop
    if [ -x "$bin" ] && start; then say "Portico runs again on $url; the version was not changed"
    else say "Portico is DOWN. Start it with: $(again)"; fi; } >&2
}
again() { printf "nohup %q --config %q serve >>%q 2>&1 & echo \$! >%q" "$bin" "$settings" "$log" "$pid_file"; }
upgrade() { # the old binary and the old databases come back if the new one does not get ready
  local backup all; stop; free_address; settle
  until backup=$data/backups/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ); [ ! -e "$backup" ]; do sleep 0.2; done
  step "Backing up the databases to $backup"; rm -rf "$data/backups/unfinished"
  portico backup "$data/backups/unfinished" >/dev/null || fail "the backup failed"
  mv "$data/backups/unfinished" "$backup"; all=("$data"/backups/before-upgrade-*)
  while [ ${#all[@]} -gt 5 ]; do rm -rf "${all[0]}"; all=("${all[@]:1}"); done
  critical=1; ln -f "$bin" "$bin.old" 2>/dev/null || cp -p "$bin" "$bin.old"; (umask 077; say "$mark" >>"$log"); mv "$bin.new" "$bin"
  step "Starting the new version"; if start; then rm -f "$bin.old"; critical=''; [ -z "$cut" ] || exit "$cut"; return 0; fi
  go_back "$backup"; start || { down=''; fail "the version before does not start either, so Portico is DOWN; its databases are in $backup"; }
  fail "the upgrade failed; the version before runs again on $url"
}
go_back() { # BACKUP: noted first, so that it is done to its end even when it is cut off
  critical=1; step "Going back to the version before"; printf '%s\n' "$1" >"$data/going-back"
  [ ! -e "$bin.old" ] || mv "$bin.old" "$bin"
  (trap '' HUP INT; portico restore "$1" --yes >/dev/null) ||
    { down=''; fail "Portico is DOWN; the old databases are in $1. Run this again, or: $bin restore $1 --yes; then start it with: $(again)"; }
  rm -f "$data/going-back"; critical=''
}
served() { [ "$(grep -a -e "^$mark" -e 'Portico is ready' "$log" 2>/dev/null | tail -n 1)" != "$mark" ]; } # or nobody knows
finished() { # a version that serves is not taken back; one that is about to is not ended in the midst of a migration
  for _ in $(seq 100); do [ -n "$(servers)" ] || return 0; ! ready '[0-9]*' || { [ -s "$data/going-back" ] || rm -f "$bin.old"; return 0; }; sleep 0.1; done
}
settle() { # an upgrade that was cut off is finished, or taken back when its version has not served yet
  local newest; [ ! -s "$data/going-back" ] || go_back "$(cat "$data/going-back")"
  if [ -e "$bin.old" ] && [ ! "$bin" -ef "$bin.old" ] && ! served; then
    step "An upgrade was cut off; does its version start?"
    if start; then stop; else for newest in "$data"/backups/before-upgrade-*; do :; done; go_back "$newest"; fi
  fi
  rm -f "$bin.old"
}
ending() { # the commands in it can be pasted
  local link label="Call it:       " name word call start_line; start_line=$(again); link=$(portico setup-link 2>/dev/null || true); [ -z "$link" ] || label="After set-up:  "
  for name in here prefix bin settings log pid_file; do printf -v word %q "${!name}"; local "$name=$word"; done
  say "" "Portico runs on $url"
  if [ -n "$link" ]; then say "    Set it up:     $link   (works once, for an hour)"; else say "    Sign in:       $url/sign-in   (change your password under Profile)"; fi
  if [ -n "$key" ]; then call="/v1/chat/completions -H 'Authorization: Bearer $key' -H 'Content-Type: application/json' -d '{\"model\":\"demo-echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'"
  else call="/v1/models -H 'Authorization: Bearer YOUR_KEY'   (the models that the key may call)"; fi
  say "    ${label}curl $url$call" "    Log:           $log" "    Stop:          kill \$(cat $pid_file)" \
    "    Start again:   $start_line" "    Uninstall:     $here/install.sh --uninstall --prefix $prefix   (the data in $data stays)"
  case :$PATH: in *":$prefix/bin:"*) ;; *) say "    Commands:      $bin --help   (add $prefix/bin to your PATH)" ;; esac
}
remove() { # what belongs to this prefix: data only when its settings or --data name it
  local part there=''; for part in "$bin" "$bin.old" "$bin.new"; do [ ! -e "$part" ] || there=1; done
  [ -z "$named" ] || [ -n "$other" ] || [ -z "$(servers)" ] || there=1
  [ -z "$purge" ] || { [ ! -e "$settings" ] && { [ -z "$named" ] || [ ! -d "$data" ]; }; } || there=1
  [ -n "$there" ] || { say "Portico is not installed in $prefix; nothing was removed."; return; }
  if [ -n "$purge" ] && [ -n "$named" ] && [ -d "$data" ]; then
    [ -z "$other" ] || fail "the data folder $data belongs to the installation in $other; nothing was removed"
    [ -e "$data/.portico" ] || fail "$data is not a data folder of Portico; nothing was deleted"
  fi
  if [ -n "$dry_run" ]; then say "Would stop Portico and remove $bin${purge:+, $settings${named:+ and $data}}."; return; fi
  [ -z "$named" ] || [ -n "$other" ] || stop; rm -f "$bin" "$bin.old" "$bin.new"
  if [ -z "$purge" ]; then say "Removed $bin.${named:+ The data stays in $data, the settings in $settings.}"; return; fi
  [ -z "$named" ] || [ ! -d "$data" ] || { find "$data/" -mindepth 1 -maxdepth 1 ! -name .portico -exec rm -rf {} +; rm -rf "$data"; }
  rm -f "$settings"; say "Removed $bin, $settings${named:+ and $data}.$([ -n "$named" ] || say " No data: its settings named none.")"
}
plan() {
  say "Would install $bin from ${from:-a release build, first getting Rust and a C compiler where they are missing}."
  if [ -e "$bin" ] && [ -e "$settings" ]; then say "Would back up the databases, restart, and go back if the new version fails."
  else say "Would make $data (0700) and $settings, and listen on 127.0.0.1:${port:-8080, or the next free port}."; fi
  say "Would start it, wait for /readyz${demo:+, make the demo and call it}, print the next steps${foreground:+, and stay in this terminal}."
}

main() {
  local name word; before='' key='' down='' critical='' cut='' mark='install.sh: a new version starts'
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) prefix=${PORTICO_PREFIX:-} data=${PORTICO_DATA:-} port=${PORTICO_PORT:-} from=${PORTICO_FROM:-} sha256=${PORTICO_SHA256:-}
  for name in DEMO FOREGROUND NO_TOOLCHAIN DRY_RUN UNINSTALL PURGE YES; do word=PORTICO_$name word=$(on "$word" "${!word:-}"); printf -v "$(tr '[:upper:]' '[:lower:]' <<<"$name")" %s "$word"; done
  umask go-w; read_flags "$@"; places; check_names
  if [ -n "$uninstall$purge" ]; then remove; return; fi; check_data; if [ -n "$dry_run" ]; then plan; return; fi
  [ ! -e "$bin" ] || [ ! -e "$settings" ] || { [ ! -e "$data/secrets.key" ] && [ ! -e "$data/going-back" ]; } || before=1
  need_tools; can_write "$prefix"; can_write "$data"; look_at_port
  trap rescue EXIT; trap 'interrupted 129' HUP; trap 'interrupted 130' INT; trap 'interrupted 141' PIPE; trap 'interrupted 143' TERM
  get_binary; check_settings; prepare_data; if [ -n "$before" ]; then address; finished; write_settings; upgrade; else
    stop; write_settings; free_address; mv "$bin.new" "$bin"
    step "Starting Portico on $url"; start || { rm -f "$bin"; fail "Portico did not start, so it was not installed"; }
  fi
  if [ -n "$demo" ]; then { key=$("$here/scripts/show-demo" "$bin" "$settings" "$url" 3>&1 >&4); } 4>&1 || fail "the demo failed; see $log"; fi; ending
  if [ -n "$foreground" ]; then stop; down=''; printf '%s\n' $$ >"$pid_file"; cd "$data"; exec "$bin" --config "$settings" serve; fi
}

main "$@"
