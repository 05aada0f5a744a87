import { randomBytes } from 'node:crypto';
import { newSecret } from './canaries.js';

/** Secrets given by users, in all the places where the product takes one, and in some where a tired person types one. */
export const secrets = {
  sshPassword: newSecret('ssh-password'),
  wrongSshPassword: newSecret('wrong-ssh-password'),
  passphrase: newSecret('passphrase'),
  wrongPassphrase: newSecret('wrong-passphrase'),
  importedPassword: newSecret('imported-password'),
  userPassword: newSecret('user-password'),
  changedPassword: newSecret('changed-password'),
  setPassword: newSecret('set-password'),
  triedPassword: newSecret('tried-password'),
  typedAsName: newSecret('typed-as-name'),
  brokenKey: newSecret('broken-key'),
  misplaced: newSecret('misplaced'),
  forgedToken: newSecret('forged-token'),
  smtpPassword: newSecret('smtp-password'),
  wrongSmtpPassword: newSecret('wrong-smtp-password'),
  slackPath: newSecret('slack-path'),
  ntfyToken: newSecret('ntfy-token'),
  signingSecret: `whsec_${randomBytes(30).toString('base64')}`,
  uploadPassphrase: newSecret('upload-passphrase'),
};
