import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/run.js';

/** A self-made TLS certificate for 127.0.0.1 and localhost; a client that trusts it needs nothing else. */
export interface TlsIdentity {
  readonly certificatePath: string;
  readonly keyPath: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export async function makeTlsIdentity(directory: string): Promise<TlsIdentity> {
  const [certificatePath, keyPath] = [join(directory, 'tls.pem'), join(directory, 'tls.key')];
  await run([
    ...(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const),
    ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyPath, '-out', certificatePath],
  ]);
  const [certificate, key] = await Promise.all([readFile(certificatePath, 'utf8'), readFile(keyPath, 'utf8')]);
  return { certificatePath, keyPath, certificate, key };
}
