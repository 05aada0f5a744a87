import { SshError } from '@lockstep/server-ssh';

/** Failures that pass by themselves. A refused login is not among them: it is never tried again. */
const passing = new Set<string>([
  'NAME_NOT_RESOLVED',
  'CONNECTION_REFUSED',
  'HOST_UNREACHABLE',
  'CONNECT_TIMEOUT',
  'HOST_KEY_TIMEOUT',
  'AUTHENTICATION_TIMEOUT',
  'CHANNEL_REFUSED',
  'COMMAND_TIMEOUT',
  'CONNECTION_LOST',
  'SFTP_TIMEOUT',
]);

/** Whether reaching the host may work a little later, with nothing changed by a person. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof SshError)) return false;
  // A jump host fails as such; why is in its cause.
  if (error.code === 'JUMP_HOST_FAILED') return isPassing(error.cause);
  return passing.has(error.code);
}
