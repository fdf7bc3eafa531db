#!/usr/bin/env bash
# The installer in empty homes: install, demo, upgrade, what goes wrong on the way, uninstall, purge.
# PORTICO_BIN names the program that is installed. Counts on its last line.
set -uo pipefail

cd "$(dirname "$0")/../.." || exit
program=$PORTICO_BIN
unset XDG_DATA_HOME "${!PORTICO_@}"
sum=$(sha256sum "$program" | cut -d' ' -f1)
passed=0 failed=0
root=$(mktemp -d)
mkdir "$root/tmp"
export TMPDIR=$root/tmp
started=()

finish() {
  local home
  for home in "$root"/home-*; do HOME=$home ./install.sh --uninstall >/dev/null 2>&1; done
  [ ${#started[@]} = 0 ] || kill -KILL "${started[@]}" 2>/dev/null
  rm -rf "$root"
}
trap finish EXIT

enter() { # NAME: an empty home of its own
  export HOME=$root/home-$1
  mkdir "$HOME"
  data=$HOME/.local/share/portico bin=$HOME/.local/bin/portico settings=$HOME/.local/etc/portico.toml last=$HOME/last
}
check() { # WORDS COMMAND...
  local words=$1; shift
  if "$@" >"$root/out" 2>&1; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "failed: $words"; sed 's/^/    /' "$root/out"
  fi
}
ends_with() { local code=$1; shift; "$@"; [ $? = "$code" ]; }
not() { ! "$@"; }
printed() { grep -qE -- "$1" "$last" || { cat "$last"; return 1; }; }
install_it() { ./install.sh "$@" >"$last" 2>&1 || { cat "$last"; return 1; }; }
refused() { if ./install.sh "$@" >"$last" 2>&1; then cat "$last"; return 1; fi; }
url() { sed -n 's/^listen = "\(.*\)"$/http:\/\/\1/p' "$settings"; }
port() { sed -n 's/^listen = ".*:\(.*\)"$/\1/p' "$settings"; }
answers() { [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$1")" = "$2" ]; }
mode() { [ "$(stat -c %a "$1")" = "$2" ]; }
alive() { kill -0 "$1" 2>/dev/null; }
gone() { local _; for _ in $(seq 100); do alive "$1" || return 0; sleep 0.1; done; return 1; }
works() { # the right process answers, and its data folder is whole
  answers "$(url)/readyz" 200 && alive "$(cat "$data/portico.pid")" && [ ! -e "$bin.old" ] && [ ! -e "$bin.new" ] &&
    [ "/proc/$(cat "$data/portico.pid")/exe" -ef "${1:-$bin}" ] && "$bin" --config "$settings" user list
}
has_dana() { "$bin" user list | grep -q dana; }
until_ready() { local _; for _ in $(seq 100); do answers "$1/readyz" 200 && return 0; sleep 0.1; done; return 1; }
keep() { started+=("$1"); disown "$1"; }
wrapped() { # FILE LINES: a program that does what LINES say before it is the real one
  { printf '#!/bin/bash\n'; printf '%s\n' "$2"; printf 'exec -a portico %q "$@"\n' "$program"; } >"$1"
  chmod +x "$1"
}

# --- what is typed -------------------------------------------------------------------------------
enter first
check "help is for a stranger" bash -c "./install.sh --help | grep -q -- --demo"
check "an unknown flag is a usage error" ends_with 64 ./install.sh --nonsense
check "a flag without its value is a usage error" ends_with 64 ./install.sh --port
check "a port that is none is a usage error" ends_with 64 ./install.sh --port 0x
check "a port that is too great is a usage error" ends_with 64 ./install.sh --port 65536
check "a dry run changes nothing" bash -c "./install.sh --dry-run && [ ! -e $HOME/.local ]"
check "flags are variables too" bash -c "PORTICO_DRY_RUN=1 PORTICO_PREFIX=$HOME/there ./install.sh | grep -q $HOME/there/bin"
check "flags are written with = too" bash -c "./install.sh --dry-run --prefix=$HOME/there | grep -q $HOME/there/bin"
names() { env "$@" ./install.sh --dry-run >"$last" 2>&1; }
check "m23_a variable that nothing reads is named" bash -c "$(declare -f names printed); last=$last; names PORTICO_PRT=9 && printed 'warning: .*PORTICO_PRT'"
check "m23_a setting of the program is told apart" bash -c "$(declare -f names printed); last=$last; names PORTICO_LOG_LEVEL=warn && printed 'note: PORTICO_LOG_LEVEL counts for this start'"
check "m23_the program's folder and address are not the installer's" bash -c "$(declare -f names printed); last=$last; names PORTICO_DATA_DIR=/nowhere && printed 'note: PORTICO_DATA_DIR is not used here'"
check "m23_its own variables raise no word" bash -c "$(declare -f names not); last=$last; names PORTICO_PORT=9999 PORTICO_DEMO=1 PORTICO_KEY=k && not grep -E 'note|warning' $last"
check "a wrong checksum is refused" ends_with 1 ./install.sh --from "$program" --sha256 "$(printf '0%.0s' $(seq 64))"
check "and nothing was installed" test ! -e "$bin"

# A folder of programs without some: what is missing is named, nothing is changed.
mkdir "$root/few"
for tool in bash sh env cat cut dirname grep head id install ln ls mkdir mktemp mv nohup rm sed seq sha256sum sleep sort tail tr uname; do
  ln -s "$(command -v "$tool")" "$root/few/$tool"
done
few() { CARGO_HOME='' PATH=$root/few ./install.sh "$@" >"$last" 2>&1; [ $? = 1 ]; }
check "without curl it says so" few --from "$program"
check "by name" printed "missing: curl\. Get it with: the package manager"
check "a build without a compiler says so" few
check "and names all that is missing" printed 'missing: curl cc make'
for tool in curl cc make; do ln -s "$(type -P true)" "$root/few/$tool"; done
check "a build without Rust says so" few --no-toolchain
check "and how to get it" printed 'Rust [0-9.]+ or newer is missing\. Get it from https://rustup\.rs'
rm "$root/few/seq"
check "without a basic tool it says so" few --from "$program"
check "by its name" printed 'missing: seq\.'
check "and nothing was installed then" test ! -e "$HOME/.local"

# --- install, demo, upgrade ----------------------------------------------------------------------
touch "$root/before"
check "it installs" install_it --from "$program" --sha256 "$sum"
check "its call names no model of the demo" bash -c "grep -q 'curl http.*/v1/models -H' $last && ! grep -q demo-echo $last"
check "it prints a set-up link" printed 'http://127\.0\.0\.1:[0-9]+/setup/[A-Za-z0-9_-]{20,}'
check "the link opens" bash -c "curl -sf -m 5 \$(grep -oE 'http://127[^ ]+/setup/[A-Za-z0-9_-]+' $last)"
check "other pages wait for set-up" answers "$(url)/sign-in" 403
check "it is ready" answers "$(url)/readyz" 200
check "the data folder is closed" mode "$data" 700
check "the key file is closed" mode "$data/secrets.key" 600
check "the settings are closed" mode "$settings" 600
check "a pid file is there" alive "$(cat "$data/portico.pid")"
check "nothing is written outside prefix and data" \
  bash -c "[ -z \"\$(find $HOME . $root/tmp -newer $root/before -type f ! -path '$HOME/.local/*' ! -path $last ! -path './.git/*' ! -path './target/*')\" ]"
first=$(cat "$data/portico.pid" 2>/dev/null)

check "the demo streams an answer" install_it --from "$program" --demo
check "and prints it" printed 'journal, and came back'
check "with log-ins" printed 'Sign in as admin:.*password'
check "and a key" printed 'sk-ptc-[0-9A-Za-z]{49}'
check "the upgrade restarted it" test "$first" != "$(cat "$data/portico.pid")"
check "with a backup before" bash -c "ls $data/backups/*/backup.json"
call=$(sed -n 's/^ *Call it: *//p' "$last") again=$(sed -n 's/^ *Start again: *//p' "$last") halt=$(sed -n 's/^ *Stop: *//p' "$last")
check "m27_the call in the ending works as printed" bash -c "$call | grep -q Hello"
check "m27_start again builds nothing" bash -c "[[ '$again' == nohup* && '$again' != *install.sh* ]]"
pid=$(cat "$data/portico.pid")
check "the stop in the ending works" bash -c "$halt"
check "it is stopped then" gone "$pid"
check "m27_start again starts it" bash -c "$again"
check "m27_it answers" until_ready "$(url)"
check "m27_and the stop works again" bash -c "[ \$(cat $data/portico.pid) != $pid ] && $halt"

# --- a version that does not start ---------------------------------------------------------------
# shellcheck disable=SC2016 # it is the words of another script
printf '#!/bin/bash\n[ "$1" = --version ] && echo "portico 99" && exit 0\n[[ "$*" != *"config check"* ]] || exit 0\necho "no such luck"; exit 3\n' >"$HOME/broken"
check "a version that does not start is taken back" bash -c "./install.sh --from $HOME/broken >$last 2>&1; [ \$? = 1 ]"
check "and told by its name and status" printed '^portico 99 ended with status 3 before it was ready'
check "with its own lines alone" bash -c "grep -A1 'ended with status' $last | tail -1 | grep -qx 'no such luck'"
check "the one before runs again" works
check "with its data" has_dana

# --- a server that somebody started by hand ------------------------------------------------------
by_hand() { # starts one that no pid file names
  local pid; pid=$(cat "$data/portico.pid") && kill "$pid" && gone "$pid" && rm -f "$data/portico.pid"
  "$bin" "$@" serve >"$HOME/log" 2>&1 &
  hand=$!; keep "$hand"
  until_ready "$(url)"
}
check "h7_a server started by hand runs" by_hand
check "h7_an upgrade over it" install_it --from "$program"
check "h7_ends that server" gone "${hand:-0}"
check "h7_and the new one answers" works
check "h7_with the data" has_dana

pid=$(cat "$data/portico.pid"); kill "$pid" && gone "$pid"
python3 -m http.server --bind 127.0.0.1 --directory "$root/tmp" "$(port)" >"$HOME/stranger.log" 2>&1 &
stranger=$!; keep "$stranger"
until answers "$(url)/" 200 || ! alive "$stranger"; do sleep 0.1; done
mkdir "$root/tmp/readyz"
check "h7_another program on its address is refused" refused --from "$program"
check "h7_plainly" printed 'another program answers on http://127'
check "h7_nothing is called a success" not printed 'Portico runs on'
check "h7_no pid file names a dead process" test ! -e "$data/portico.pid"
check "h7_another port makes it run" install_it --from "$program" --port "$(($(port) + 1500))"
check "h7_there" works
check "h7_the other program was left alone" alive "$stranger"
kill "$stranger"

# A new version that dies while another answers in its place: only our own process counts.
# shellcheck disable=SC2016 # it is the words of another script
wrapped "$HOME/thief" 'case "$*" in *serve*)
  mkdir -p '"$root"'/tmp/thief; touch '"$root"'/tmp/thief/readyz
  setsid python3 -m http.server --bind 127.0.0.1 --directory '"$root"'/tmp/thief '"$(port)"' >/dev/null 2>&1 & echo $! >'"$root"'/thief.pid
  sleep 1; exit 1 ;; esac'
check "h7_readiness of somebody else is not ours" refused --from "$HOME/thief"
check "h7_and is not called a success" not printed 'Portico runs on'
kill "$(cat "$root/thief.pid")"; gone "$(cat "$root/thief.pid")"
check "h7_the next run repairs it" install_it --from "$program"
check "h7_to a whole installation" works
check "h7_with all data" has_dana

# --- backups -------------------------------------------------------------------------------------
for number in 1 2 3 4 5 6; do cp -r "$(find "$data/backups" -name 'before-upgrade-*' | sort | tail -1)" "$data/backups/before-upgrade-2020010${number}T000000Z"; done
mkdir -p "$data/backups/mine"
check "an upgrade with many backups" install_it --from "$program"
check "keeps the last five" bash -c "[ \$(ls -d $data/backups/before-upgrade-* | wc -l) = 5 ]"
check "the new ones" test ! -e "$data/backups/before-upgrade-20200106T000000Z"
check "and those that are somebody's own" test -d "$data/backups/mine"

# --- cut off at each step ------------------------------------------------------------------------
# The steps are named by a command: PATH puts a trap before it that ends install.sh with SIGKILL.
mkdir "$root/cut"
cut_at() { # COMMAND COUNT ARGS...: kills install.sh when COMMAND is called for the COUNTth time
  local command=$1 count=$2 code=${code:-137}; shift 2
  rm -f "$root/cut"/*
  # shellcheck disable=SC2016 # it is the words of another script
  printf '#!/bin/bash\necho >>%q\nif [ "$(wc -l <%q)" = %s ]; then kill -%s "$(cat %q)"; %s; fi\nexec %q "$@"\n' \
    "$root/cut/count" "$root/cut/count" "$count" "${signal:-KILL}" "$root/cut/pid" "$([ "${signal:-}" = TERM ] && echo : || echo exit 1)" "$(command -v "$command" || echo false)" >"$root/cut/$command"
  chmod +x "$root/cut/$command"
  # shellcheck disable=SC2016 # it is the words of another script
  PATH=$root/cut:$PATH bash -c 'echo $$ >"$0"; exec ./install.sh "$@"' "$root/cut/pid" "$@" >"$HOME/cut" 2>&1
  [ $? = "$code" ]
}
upgrade_cut_at() {
  check "an upgrade is cut off at $1 $2" cut_at "$1" "$2" --from "$program"
  check "and the next one ends it" install_it --from "$program"
  check "in a whole installation" works
  check "and with its data" has_dana
}
upgrade_cut_at install 1
upgrade_cut_at chmod 1
upgrade_cut_at date 1
upgrade_cut_at mv 1
upgrade_cut_at ln 1
upgrade_cut_at mv 2
upgrade_cut_at curl 2

# The new version does not start and the way back is cut off, before and after the old program is in its place.
for step in "mv 3" "rm 7"; do
  # shellcheck disable=SC2086 # two words
  check "a way back is cut off at $step" cut_at $step --from "$HOME/broken"
  check "while going back" grep -q 'Going back' "$HOME/cut"
  check "and the next run goes on" install_it --from "$program"
  check "to a whole one" works
  check "with the data of before" has_dana
done

# The old databases are half in their place when all ends: the worst moment. The old program is one that does that.
# shellcheck disable=SC2016 # it is the words of another script
wrapped "$HOME/fragile" 'if [[ "$*" == *restore* && -e '"$root"'/cut/pid ]]; then
  mv '"$data"'/secrets.key '"$data"'/portico.db '"$root"'/tmp/; kill -KILL "$(cat '"$root"'/cut/pid)"; exit 1; fi'
check "an old version is there" install_it --from "$HOME/fragile"
check "a way back is cut off between the databases" cut_at restore 1 --from "$HOME/broken"
rm -f "$root/cut/pid"
check "the key file is away then" test ! -e "$data/secrets.key"
check "and the next run goes on from there" install_it --from "$program"
check "to what works" works
check "with what was there before" has_dana

check "uninstall ends" ./install.sh --uninstall
check "the program is gone" test ! -e "$bin"
check "it is stopped after that" answers "$(url)/readyz" 000
check "the data stays" test -e "$data/portico.db"
check "it comes back with its data" bash -c "./install.sh --from $program && $bin user list | grep -q dana"
check "another data folder beside its settings is refused" refused --from "$program" --data "$HOME/elsewhere"
check "and not made" test ! -e "$HOME/elsewhere"
check "purge wants a yes" ends_with 64 ./install.sh --purge
check "a purge is cut off" cut_at rm 2 --purge --yes
check "the next one deletes all, backups too" bash -c "./install.sh --purge --yes && [ ! -e $data ] && [ ! -e $bin ] && [ ! -e $settings ]"

# --- a first install that is cut off, in a home of its own ---------------------------------------
enter second
for step in "install 1" "mkdir 1" "mkdir 2" "chmod 1" "mv 1" "mv 2" "curl 1"; do
  # shellcheck disable=SC2086 # two words
  check "a first install is cut off at $step" cut_at $step --from "$program"
  check "the second ends it" install_it --from "$program"
  check "in one that works" works
  check "that purges" ./install.sh --purge --yes
done
check "a first version that does not start" refused --from "$root/home-first/broken"
check "leaves no program" test ! -e "$bin"
check "and one that does takes its place" install_it --from "$program"
check "and works" works

# --- ports, folders ------------------------------------------------------------------------------
taken=$(port) second=$(cat "$data/portico.pid")
enter third
check "a taken port is refused when named" refused --from "$program" --port "$taken"
check "with its number" printed "port $taken is taken"
check "before anything is made" test ! -e "$HOME/.local"
check "else the next free one is used" install_it --from "$program" --prefix "$HOME/a folder" --data "$HOME/some data"
settings="$HOME/a folder/etc/portico.toml" bin="$HOME/a folder/bin/portico" data="$HOME/some data"
check "that is another" not test "$(port)" = "$taken"
check "and both run" bash -c "kill -0 $second && kill -0 \$(cat '$data/portico.pid')"
check "folders with spaces are printed so that they can be pasted" bash -c "$(sed -n 's/^ *Stop: *//p' "$last")"
check "and uninstalled" bash -c "$(sed -n 's/^ *Uninstall: *\(.*\)   (.*/\1/p' "$last")"
check "the other one goes on" alive "$second"

mkdir -p "$HOME/full" && echo mine >"$HOME/full/file"
check "a folder with other things in it is refused" ends_with 1 ./install.sh --from "$program" --data "$HOME/full" --prefix "$HOME/new"
check "and stays as it was" grep -q mine "$HOME/full/file"
check "a folder that cannot be made is refused" ends_with 1 ./install.sh --from "$program" --data "$HOME/full/file/data" --prefix "$HOME/newer"
check "before anything else is made" test ! -e "$HOME/newer"

enter builder
mkdir "$root/rust"
printf '#!/bin/sh\necho "rustc 999.0.0 (none)"\n' >"$root/rust/rustc"
# shellcheck disable=SC2016 # it is the words of another script
printf '#!/bin/sh\n[ "$*" = "build --release --locked --bin portico" ] || exit 1\nmkdir -p "$CARGO_TARGET_DIR/release"\ncp %q "$CARGO_TARGET_DIR/release/portico"\n' "$program" >"$root/rust/cargo"
chmod +x "$root/rust"/*
build_it() { CARGO_TARGET_DIR=$root/built PATH=$root/rust:$PATH install_it "$@"; }
check "without --from it builds in the clone" build_it
check "and says that it takes a while" printed 'Building Portico'
check "and installs what was built" works
check "and is removed" ./install.sh --purge --yes

enter fourth
./install.sh --from "$program" --foreground >"$last" 2>&1 &
front=$!; keep "$front"
until [ -e "$settings" ] && answers "$(url)/readyz" 200 && [ "$(cat "$data/portico.pid")" = "$front" ] || ! alive "$front"; do sleep 0.1; done
check "in the foreground it is the same process" works
kill "$front"
check "and ends with its signal" gone "$front"

# --- whose data folder it is ---------------------------------------------------------------------
enter whose
check "an installation of its own" install_it --from "$program"
check "a purge where nothing is installed ends" install_it --uninstall --purge --yes --prefix "$HOME/two"
check "and says so" printed 'not installed in .*/two; nothing was removed'
check "so does its dry run" bash -c "./install.sh --uninstall --purge --yes --prefix $HOME/two --dry-run | grep -q 'nothing was removed'"
check "and the other one goes on with its data" works
not_taken() { # the first one's folder is not for a second one
  check "a second prefix does not take the data folder $1" refused --from "$program" --prefix "$HOME/two"
  check "and names whose it is $1" printed "belongs to the installation in $HOME/\.local; say --data"
  check "nor does its dry run $1" refused --dry-run --prefix "$HOME/two"
  check "and makes nothing $1" test ! -e "$HOME/two"
  check "an uninstall there ends $1" install_it --uninstall --prefix "$HOME/two"
  check "and the first one goes on $1" works
}
not_taken "by its note"
: >"$data/.portico"
not_taken "by its server"
check "a purge of somebody else's folder is refused, named or not" refused --purge --yes --prefix "$HOME/two" --data "$data"
check "with a data folder of its own there is a second" install_it --from "$program" --prefix "$HOME/two" --data "$HOME/two data"
check "beside the first" works
check "and it is purged alone" install_it --purge --yes --prefix "$HOME/two"
check "with its data" test ! -e "$HOME/two data"
check "and the first one goes on" works
check "an uninstall" install_it --uninstall
check "says what it removed" printed '^Removed .*The data stays'
check "a second one" install_it --uninstall
check "says that there is nothing" printed 'not installed'
check "and not that it removed something" not printed Removed
rm "$settings"
check "a purge deletes no data that the settings do not name" install_it --purge --yes
check "so they are there" test -e "$data/portico.db"
check "but those that are named" bash -c "./install.sh --purge --yes --data $data && [ ! -e $data ]"

# --- what fails or ends between two versions -----------------------------------------------------
enter between
check "an installation to upgrade" install_it --from "$program"
check "with the demo" "$bin" demo-data add
first=$(cat "$data/portico.pid")
wrong() { if PORTICO_LOG_FORMAT=xml ./install.sh --from "$program" >"$last" 2>&1; then return 1; fi; }
check "a wrong setting is refused" wrong
check "by its name" printed 'log\.format.*xml'
check "before anything is stopped" alive "$first"
add() { "$bin" --config "$settings" user add "$1@portico.example" --name "$1"; }
has() { "$bin" --config "$settings" user list | grep -q "^$1@"; }
# Cut off when the new version had begun to serve, and somebody wrote something.
check "an upgrade is cut off while the new version starts" cut_at curl 2 --from "$program"
check "after it was begun" grep -q 'Starting the new version' "$HOME/cut"
check "which serves" until_ready "$(url)"
check "and somebody comes" add eve
check "a run with a wrong setting takes nothing back" wrong
check "so she is there" has eve
check "and it still serves" answers "$(url)/readyz" 200
check "the next run is a usual one" install_it --from "$program"
check "without a way back" not printed 'cut off|Going back'
check "in a whole installation" works
check "with her" has eve
# The same, but by the next run that version starts no more.
wrapped "$HOME/tired" "[[ \"\$*\" != *serve* || ! -e $HOME/tired-now ]] || { echo tired; exit 3; }"
check "an upgrade to one that will fail later is cut off" cut_at curl 2 --from "$HOME/tired"
check "when it serves" until_ready "$(url)"
check "and somebody else comes" add mallory
kill "$(cat "$data/portico.pid")"; gone "$(cat "$data/portico.pid")"; touch "$HOME/tired-now"
check "a version that has served is not taken back" install_it --from "$program"
check "with what came to it" has mallory
check "in a whole one" works
# Ended by a signal at each point.
ended_at() { # COMMAND COUNT FILE STATUS WORDS
  signal=TERM code=$4 check "a signal ends an upgrade at $1 $2" cut_at "$1" "$2" --from "$3"
  check "which says what it does at $1 $2" grep -qE "$5" "$HOME/cut"
  check "and a whole installation runs at $1 $2" works
  check "with its data at $1 $2" has mallory
}
ended_at chmod 1 "$program" 143 'sha256'
check "it was not stopped for that" not grep -q Stopping "$HOME/cut"
ended_at date 1 "$program" 143 'runs again on'
ended_at mv 1 "$program" 143 'runs again on'
ended_at ln 1 "$program" 143 'when the versions are changed'
ended_at curl 2 "$program" 143 'when the versions are changed'
ended_at mv 3 "$root/home-first/broken" 1 'version before runs again'
check "a reader that goes away" bash -c "./install.sh --from $program 2>&1 | sed 2q"
check "leaves a whole one" works
# The backup fails.
wrapped "$HOME/poor" "case \"\$*\" in *backup*) echo no disk; exit 3 ;; *serve*) [ ! -e $HOME/poor-now ] || exit 3 ;; esac"
check "a version whose backups fail" install_it --from "$HOME/poor"
check "is not upgraded" refused --from "$program"
check "and runs again" works "$program"
check "which is said" printed 'Portico runs again on http'
touch "$HOME/poor-now"
check "when that fails too" refused --from "$program"
check "it is said that it is down" printed 'Portico is DOWN\. Start it with: nohup .*portico'
rm "$HOME/poor-now"
check "and the line works" bash -c "$(sed -n 's/^Portico is DOWN\. Start it with: //p' "$last")"
check "as printed" until_ready "$(url)"

# --- what is said wrongly ------------------------------------------------------------------------
enter words
for flag in --sha256 --port --prefix --data --from; do
  check "an empty value of $flag is a usage error" ends_with 64 ./install.sh --dry-run --from "$program" "$flag" ''
  check "an empty $flag= too" ends_with 64 ./install.sh --dry-run --from "$program" "$flag="
done
check "a flag is no value" ends_with 64 ./install.sh --dry-run --prefix --purge
planned() { # WORDS VARIABLE|FLAG...: whether the plan has the demo in it
  local words=$1; shift; "$@" >"$last" 2>&1 && printed "$words"
}
check "a flag may be said with yes" planned 'make the demo' ./install.sh --dry-run --demo=1
check "in any case" planned 'make the demo' env PORTICO_DEMO=Yes ./install.sh --dry-run
check "or with no" planned 'readyz, print' ./install.sh --dry-run --demo=no
check "a variable too" planned 'readyz, print' env PORTICO_DEMO=False ./install.sh --dry-run
check "another word is a usage error" ends_with 64 env PORTICO_DEMO=perhaps ./install.sh --dry-run
: >"$HOME/file" && : >"$HOME/file.sha256"
check "an empty checksum file does not count as none" refused --from "$HOME/file"
check "but as a wrong one" printed 'is not the file expected'
rm "$HOME/file.sha256"
check "a HOME that is not set is said" bash -c "env -u HOME ./install.sh --dry-run 2>&1 | grep -q 'HOME is not set; say --prefix and --data'"
check "an empty one too" bash -c "HOME= ./install.sh --dry-run 2>&1 | grep -q 'HOME is not set'"
check "and with a prefix alone" bash -c "HOME= ./install.sh --dry-run --prefix $HOME/there 2>&1 | grep -q 'HOME is not set; say --data'"
check "both are enough" bash -c "env -u HOME ./install.sh --dry-run --prefix $HOME/there --data $HOME/data"

# --- what is no Portico, whose folder it is, what is kept -----------------------------------------
umask 000
check "an installation under an open umask" install_it --from "$program"
umask 022
for folder in "$HOME/.local/bin" "$HOME/.local/etc"; do check "$folder is open to its owner alone" mode "$folder" 755; done
first=$(cat "$data/portico.pid")
printf 'touch %q\n' "$HOME/was-run" >"$HOME/text"
cp "$(type -P true)" "$HOME/true"
for file in file text true; do
  check "$file is not installed" refused --from "$HOME/$file"
  check "and told for what it is: $file" printed "$HOME/$file is not (a program|Portico)"
done
check "a text is not run" test ! -e "$HOME/was-run"
check "and nothing was stopped" alive "$first"
check "nor left" works
others=/tmp
if [ "$(id -u)" = 0 ]; then others=$HOME/others; mkdir "$others"; chown 65534 "$others"; fi
check "a folder of somebody else is refused" refused --from "$program" --prefix "$HOME/new" --data "$others"
check "in a sentence" printed 'belongs to another user'
check "before a program is copied" test ! -e "$HOME/new"

sed -i 's/^listen = "127.0.0.1:\(.*\)"/listen = "0.0.0.0:\1"/' "$settings"
wanted=$(($(port) + 1700))
check "another port" install_it --from "$program" --port "$wanted"
check "leaves the host as it was" grep -qx "listen = \"0\.0\.0\.0:$wanted\"" "$settings"
check "and serves there" answers "http://127.0.0.1:$wanted/readyz" 200

# shellcheck disable=SC2016 # it is the words of another script
printf '#!/bin/bash\nprintf "%%s\\n" "$*" >>%q\nexec %q "$@"\n' "$HOME/arguments" "$(type -P curl)" >"$root/few/curl.log"
mkdir "$HOME/watched" && mv "$root/few/curl.log" "$HOME/watched/curl" && chmod +x "$HOME/watched/curl"
check "the demo calls" bash -c "PATH=$HOME/watched:\$PATH ./install.sh --from $program --demo >$last 2>&1"
check "with its key" printed 'sk-ptc-'
check "by the curl that is looked at" grep -q chat/completions "$HOME/arguments"
check "whose arguments have no key" not grep sk-ptc- "$HOME/arguments"
check "a second demo is no other admin" install_it --from "$program" --demo
check "somebody's own admin" "$bin" user add --role admin own@portico.example
first=$(cat "$data/portico.pid")
check "is not joined by that of the demo" refused --from "$program" --demo
check "which is said" printed 'there is an admin already.*portico demo-data add'
check "before anything is stopped" alive "$first"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
