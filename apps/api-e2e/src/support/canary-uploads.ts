import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import type { Certificate } from '@lockstep/contract';
import { Canary, keyLines } from './canaries.js';
import type { Witness } from './witness.js';

interface Place {
  readonly witness: Witness;
  readonly admin: string;
  readonly passphrase: string;
}

/** Brings a certificate with its key, encrypted and not, where it belongs and where it does not. */
export async function useUploads({
  witness,
  admin,
  passphrase,
}: Place): Promise<{ canaries: Canary[]; origin: Certificate['origin'] }> {
  const subject = ['-subj', '/CN=canary.example', '-addext', 'subjectAltName=DNS:canary.example', '-days', '30'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '-', ...subject];
  const both = execFileSync('openssl', made, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [privateKey = ''] = /-----BEGIN PRIVATE KEY[^]*END PRIVATE KEY-----\n/.exec(both) ?? [];
  const certificate = both.replace(privateKey, '');
  const encrypted = createPrivateKey(privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
  const body = { name: 'canary', certificate, privateKey: encrypted, passphrase, allowUnknownAuthority: true };
  const uploaded = await witness.say<Certificate>('POST /certificates/upload', { token: admin, body });
  const tries: object[] = [
    { ...body, certificate: both },
    { ...body, privateKey },
    { ...body, name: privateKey },
    { ...body, privateKey: `${privateKey}x`.replace('MII', 'M') },
    { ...body, certificate: privateKey },
  ];
  for (const wrong of tries) await witness.say('POST /certificates/upload', { token: admin, body: wrong });
  await witness.say(`POST /certificates/${uploaded.id}/issued`, { token: admin, body: { certificate: both } });
  const canaries = [
    new Canary('uploaded key', ...keyLines(privateKey)),
    new Canary('uploaded encrypted key', ...keyLines(encrypted)),
  ];
  return { canaries, origin: uploaded.origin };
}
