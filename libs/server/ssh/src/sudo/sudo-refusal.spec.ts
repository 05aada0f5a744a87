import { noSudoMark, sudoRefusal } from './sudo-refusal.js';

describe('what a failed command said', () => {
  it.each([
    'sudo: a password is required\n',
    'sudo: a terminal is required to read the password\n',
    'sudo: unable to resolve host web-1: Name or service not known\nsudo: a password is required\n',
    "Sorry, user ada is not allowed to execute '/usr/bin/systemctl restart -- a.service' as root on web-1.\n",
    'ada is not in the sudoers file.\n',
    `${noSudoMark}\n`,
  ])('is a refusal of sudo: %s', (stderr) => expect(sudoRefusal(stderr)).not.toBeNull());

  it.each([
    '',
    'Job for a.service failed because the control process exited with error code.\n',
    'sudo: unable to resolve host web-1: Name or service not known\nJob for a.service failed.\n',
    'sudo: unable to resolve host web-1: Name or service not known\n',
    'Failed to restart a.service: Access denied\n',
  ])('is its own: %j', (stderr) => expect(sudoRefusal(stderr)).toBeNull());
});
