/** Where each unit of ours notes its starts, one line each: the host's own count of how often it was really started. */
export const startsFolder = '/var/log/lockstep-starts';

/** The shell drops the backslashes of an escaped name. */
export const startsFile = (unit: string): string => `${startsFolder}/${unit.replaceAll('\\', '')}`;

const unit = (name: string, service: string, section = ''): Record<string, string> => ({
  [`/etc/systemd/system/${name}`]: `[Unit]
Description=Test unit %p
StartLimitIntervalSec=0
${section}
[Service]
ExecStartPre=/bin/sh -c 'echo $$INVOCATION_ID >> ${startsFolder}/%n'
${service}
`,
});

const runs = 'ExecStart=/bin/sleep infinity';

/** Services of every temper, by the path of their file. */
export const serviceUnits: Readonly<Record<string, string>> = {
  // The folder must be there before the first unit starts.
  '/etc/tmpfiles.d/lockstep-starts.conf': `d ${startsFolder} 0777 root root\n`,
  ...unit('steady.service', runs),
  ...unit('other.service', runs),
  ...unit('part.service', runs, 'PartOf=steady.service'),
  ...unit('slow.service', `${runs}\nExecStartPre=/bin/sleep 3`),
  ...unit('short-lived.service', `ExecStart=/bin/sh -c 'echo about to give up; sleep 2; echo cannot bind >&2; exit 3'`),
  ...unit('restless.service', `ExecStart=/bin/sh -c 'sleep 1.2; exit 1'\nRestart=always\nRestartSec=100ms`),
  ...unit('stubborn.service', `ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'\nTimeoutStopSec=4`),
  ...unit(
    'immovable.service',
    `ExecStart=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'\nTimeoutStopSec=infinity`,
  ),
  ...unit('refusing.service', runs, 'RefuseManualStart=yes'),
  ...unit('broken.service', `Type=oneshot\nExecStart=/bin/sh -c 'echo no such database >&2; exit 1'`),
  ...unit('once.service', 'Type=oneshot\nExecStart=/bin/true'),
  // systemd forgets at once a unit that has ended and that nobody refers to.
  '/etc/systemd/system/refers.target': '[Unit]\nWants=once.service\n',
  ...unit('forgotten.service', 'Type=oneshot\nExecStart=/bin/true'),
  ...unit('worker@.service', runs),
  ...unit('with\\x2ddash:1.service', runs),
};

/** Stands in for systemctl: notes each argument of a restart, ended by NUL, and then does as its mode says. */
export const systemctlWrapper = `#!/bin/sh
real=/usr/bin/systemctl.real
[ "$1" = restart ] || exec $real "$@"
{ for word; do printf '%s\\0' "$word"; done; printf '\\n'; } >> /var/log/lockstep-argv
mode=$(cat "/run/lockstep-mode-$3" 2>/dev/null)
case $mode in
  lie) exit 0 ;;
  wait) sleep 2 ;;
esac
exec $real "$@"
`;
