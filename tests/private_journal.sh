# Runs a command under a systemd-journald of its own, and prints what that one wrote, as
# JSON. In a private mount namespace: what it mounts over, nobody else misses.
set -eu
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir -p /run/systemd/journald.conf.d
# Neither the kernel's log nor its auditing is any business of this one.
printf '[Journal]\nStorage=volatile\nAudit=\nReadKMsg=no\nForwardToSyslog=no\n' \
    >/run/systemd/journald.conf.d/private.conf
/lib/systemd/systemd-journald 2>/dev/null &
journald=$!
until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do
    kill -0 "$journald"
    sleep 0.01
done
# As systemd does, and systemd-cat does not: tell whose stream it is.
systemd-cat sh -c 'export JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2); exec "$@"' sh "$@" &
command=$!
trap 'kill "$command"' TERM
# A trap ends the first wait.
wait "$command" || wait "$command" || true
journalctl --sync 2>/dev/null
kill "$journald"
wait "$journald" || true
journalctl --output=json --no-pager
