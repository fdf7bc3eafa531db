#!/usr/bin/env bash
# The installer in an empty home: install, demo, wrong checksum, upgrade, a bad upgrade, uninstall, purge.
# PORTICO_BIN names the program that is installed. Counts on its last line.
set -uo pipefail

cd "$(dirname "$0")/../.." || exit
home=$(mktemp -d)
export HOME=$home
unset XDG_DATA_HOME
data=$home/.local/share/portico bin=$home/.local/bin/portico
sum=$(sha256sum "$PORTICO_BIN" | cut -d' ' -f1)
passed=0 failed=0
finish() {
  ./install.sh --uninstall >/dev/null 2>&1
  rm -rf "$home"
}
trap finish EXIT

check() { # WORDS COMMAND...
  local words=$1; shift
  if "$@" >"$home/out" 2>&1; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "failed: $words"; sed 's/^/    /' "$home/out"
  fi
}
ends_with() { local code=$1; shift; "$@"; [ $? = "$code" ]; }
printed() { grep -qE "$1" "$home/last"; }
install_it() { ./install.sh "$@" >"$home/last" 2>&1 || { cat "$home/last"; return 1; }; }
url() { sed -n 's/^Portico runs on //p' "$home/last"; }
answers() { [ "$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$1")" = "$2" ]; }
mode() { [ "$(stat -c %a "$1")" = "$2" ]; }

check "help is for a stranger" bash -c "./install.sh --help | grep -q -- --demo"
check "an unknown flag is a usage error" ends_with 64 ./install.sh --nonsense
check "a port that is none is a usage error" ends_with 64 ./install.sh --port 0x
check "a dry run changes nothing" bash -c "./install.sh --dry-run && [ ! -e $home/.local ]"
check "flags are variables too" bash -c "PORTICO_DRY_RUN=1 PORTICO_PREFIX=$home/there ./install.sh | grep -q $home/there/bin"
check "a wrong checksum is refused" ends_with 1 ./install.sh --from "$PORTICO_BIN" --sha256 "$(printf '0%.0s' $(seq 64))"
check "and nothing was installed" test ! -e "$bin"

check "it installs" install_it --from "$PORTICO_BIN" --sha256 "$sum"
check "it prints a set-up link" printed 'http://127\.0\.0\.1:[0-9]+/setup/[A-Za-z0-9_-]{20,}'
check "the link opens" bash -c "curl -sf -m 5 \$(grep -oE 'http://127[^ ]+/setup/[A-Za-z0-9_-]+' $home/last)"
check "other pages wait for set-up" answers "$(url)/sign-in" 403
check "it is ready" answers "$(url)/readyz" 200
check "the data folder is closed" mode "$data" 700
check "the key file is closed" mode "$data/secrets.key" 600
check "a pid file is there" bash -c "kill -0 \$(cat $data/portico.pid)"
first=$(cat "$data/portico.pid" 2>/dev/null)

check "the demo streams an answer" install_it --from "$PORTICO_BIN" --demo
check "and prints it" printed 'journal, and came back'
check "with log-ins" printed 'Sign in as admin:.*password'
check "and a key" printed 'sk-ptc-[0-9A-Za-z]{49}'
check "the upgrade restarted it" test "$first" != "$(cat "$data/portico.pid")"
check "with a backup before" bash -c "ls $data/backups/*/backup.json"

# shellcheck disable=SC2016 # it is the words of another script
printf '#!/bin/sh\n[ "$1" = --version ] && echo "portico 99" && exit 0\nexit 1\n' >"$home/broken"
check "a version that does not start is taken back" ends_with 1 ./install.sh --from "$home/broken"
check "the one before runs again" answers "$(url)/readyz" 200
check "with its data" bash -c "$bin user list | grep -q dana"

check "uninstall ends" ./install.sh --uninstall
check "the program is gone" test ! -e "$bin"
check "it is stopped" answers "$(url)/readyz" 000
check "the data stays" test -e "$data/portico.db"
check "it comes back with its data" bash -c "./install.sh --from $PORTICO_BIN && $bin user list | grep -q dana"
check "purge wants a yes" ends_with 64 ./install.sh --purge
check "purge deletes all" bash -c "./install.sh --purge --yes && [ ! -e $data ] && [ ! -e $bin ]"

mkdir -p "$home/full" && echo mine >"$home/full/file"
check "a folder with other things in it is refused" ends_with 1 ./install.sh --from "$PORTICO_BIN" --data "$home/full"
check "and stays as it was" grep -q mine "$home/full/file"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
