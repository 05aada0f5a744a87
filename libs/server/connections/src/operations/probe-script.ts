/** First line of the script, by which a demo host knows it. */
export const probeMark = '# lockstep probe 1';

/**
 * What kind of host this is, in one go and without changing anything: `key=value` lines behind a mark that tells them
 * from what a login script prints. `sudo -n -l` asks what is allowed without a password and runs nothing.
 */
export const probeScript = `${probeMark}
export LC_ALL=C
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
say() { printf 'lockstep:%s=%s\\n' "$1" "$2"; }
say user "$(id -un)"
say kernel "$(uname -sr)"
say architecture "$(uname -m)"
say hostName "$(uname -n)"
if [ -r /etc/os-release ]; then
  ( . /etc/os-release; say os "\${PRETTY_NAME:-\${NAME:-}}"; say osId "\${ID:-}"; say osVersion "\${VERSION_ID:-}" )
fi
if [ -r /proc/uptime ]; then
  read -r up rest < /proc/uptime
  say uptimeSeconds "\${up%%.*}"
fi
if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
  say systemd "$(systemctl --version 2>/dev/null | { read -r word version rest; printf '%s' "$version"; })"
fi
if [ "$(id -u)" = 0 ]; then say sudo root
elif ! command -v sudo >/dev/null 2>&1; then say sudo not_installed
elif sudo -n -l >/dev/null 2>&1 </dev/null; then say sudo without_password
else say sudo not_allowed
fi
say done yes`;
