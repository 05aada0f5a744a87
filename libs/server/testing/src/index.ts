export { type AcmeProxy, startAcmeProxy } from './acme/acme-proxy.js';
export { forOtherNames, withoutIntermediates } from './acme/chain-changes.js';
export { type Pebble, type PebbleOptions, startPebble, whyNoPebble } from './acme/pebble.js';
export { whyNoClockAhead } from './clock/clock-ahead.js';
export { type NameServer, startNameServer, whyNoNameServer } from './dns/name-server.js';
export { createTestDatabase, type TestDatabase } from './postgres/test-database.js';
export { freePort } from './process/free-port.js';
export { runsAsRoot } from './process/run.js';
export { waitUntil } from './process/wait-until.js';
export { LinkProxy } from './ssh/link-proxy.js';
export { generateSshKey, type SshKeyOptions, type SshKeyPair } from './ssh/ssh-key.js';
export { createSshUser, type SshUser, type SshUserOptions } from './ssh/ssh-user.js';
export { type Sshd, type SshdOptions, startSshd } from './ssh/sshd.js';
export { type HookAnswer, type HookReceiver, type ReceivedHook, startHookReceiver } from './receivers/hook-receiver.js';
export { type Mailbox, type MailboxOptions, type ReceivedMail, startMailbox } from './receivers/mailbox.js';
export { prepareSystemdHosts, whyNoSystemdHosts } from './systemd/base-system.js';
export { HeldPrograms } from './systemd/held-programs.js';
export { ServiceHost, type ServiceHostOptions, startServiceHost } from './systemd/service-host.js';
export { startSystemdHost, type SystemdHost, type SystemdHostOptions } from './systemd/systemd-host.js';
export {
  type LockstepOptions,
  type LockstepServer,
  startLockstep,
  testAdministrator,
} from './lockstep/lockstep-server.js';
export { isTlsPair, opensslSays, startTlsHost, type TlsHost, tlsSite } from './tls/tls-host.js';
export { TlsProbe } from './tls/tls-probe.js';
export { showWebRoot, webRoot } from './tls/web-root.js';
