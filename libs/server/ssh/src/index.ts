export { type ReadableCredential } from './credential.js';
export { type ApprovedHostKey, judgeHostKey } from './host-key-judgement.js';
export { type OfferedHostKey, fingerprintOf } from './keys/fingerprint.js';
export {
  type KnownHost,
  type KnownHosts,
  knownHostName,
  matchesKnownHost,
  parseKnownHosts,
} from './keys/known-hosts.js';
export { PrivateKeyError, type PrivateKeyProblem } from './keys/private-key-error.js';
export { type ReadablePrivateKey, readPrivateKey } from './keys/private-key.js';
export { cutMark } from './link/output-collector.js';
export { type ScriptRequest, type ScriptResult } from './link/run-script.js';
export { type FileFacts, type NewFile, type Room, SftpSession } from './link/sftp-session.js';
export { SshSession } from './link/ssh-session.js';
export { type ReadRequest, type ShellAnswer, type ShellOptions, SshShell } from './link/ssh-shell.js';
export { connectSocket, seconds } from './network/connect-socket.js';
export { NetworkPolicy, type NetworkPolicyOptions, type NetworkVerdict } from './network/network-policy.js';
export { type ResolvedHost, resolveHost } from './network/resolve-host.js';
export {
  type OpenOptions,
  type SshDeadlines,
  type SshStage,
  type SshTarget,
  type StageObserver,
  type StageReport,
  defaultDeadlines,
  openSshSession,
} from './open-ssh-session.js';
export { type LostBy, SshError } from './ssh-error.js';
export { type LoginRights, readLoginRights, rightsScript } from './sudo/login-rights.js';
export { noSudoMark, sudoRefusal } from './sudo/sudo-refusal.js';
export { sudoersLine } from './sudo/sudoers-line.js';
export { type StageLimit, withinDeadline } from './within-deadline.js';
export { parseAnsibleInventory } from './hosts-import/ansible-inventory.js';
export { parseCsv } from './hosts-import/csv.js';
export {
  type ImportedHost,
  type ImportedHosts,
  ImportUnreadableError,
  type SkippedHost,
} from './hosts-import/imported-hosts.js';
export { parseSshConfig } from './hosts-import/ssh-config.js';
