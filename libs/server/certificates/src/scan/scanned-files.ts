import type { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path/posix';
import type { ScannedFile } from '@lockstep/contract';
import { PkiError, factsOf, findProblems, readCertificates } from '@lockstep/server-pki';
import type { HostFile } from './host-search.js';

const failure = (code: string, message: string): ScannedFile['failure'] => ({ code, message });

/** What a file holds, judged without a name: a file is for nobody in particular. */
export function readScannedFile({ path, pem, state }: HostFile, roots: readonly X509Certificate[]): ScannedFile {
  const nothing = { path, leaf: null, chain: [], problems: [] };
  if (state === 'missing') return { ...nothing, failure: failure('FILE_MISSING', `There is no ${path}.`) };
  if (state === 'unreadable')
    return { ...nothing, failure: failure('FILE_UNREADABLE', `This login may not read ${path}.`) };
  try {
    const [leaf, ...chain] = readCertificates(pem);
    return {
      path,
      leaf: factsOf(leaf),
      chain: chain.map(factsOf),
      problems: findProblems([leaf, ...chain], { names: [], at: new Date(), roots }),
      failure: null,
    };
  } catch (error) {
    const message =
      error instanceof PkiError && pem === ''
        ? 'holds no certificate in PEM'
        : 'holds a certificate that cannot be read';
    return { ...nothing, failure: failure('NO_CERTIFICATE', `${path} ${message}.`) };
  }
}

/**
 * What is worth showing of all that was found: files with a certificate for somebody, and those that were asked for by name.
 * Certbot and others keep a leaf alone beside the same with its chain: the longest is told.
 */
export function worthShowing(files: readonly ScannedFile[], named: readonly string[]): ScannedFile[] {
  const longest = new Map<string, ScannedFile>();
  for (const file of files) {
    const key = `${dirname(file.path)} ${file.leaf?.fingerprint ?? ''}`;
    if (file.chain.length > (longest.get(key)?.chain.length ?? -1)) longest.set(key, file);
  }
  return files.filter((file) => {
    if (named.includes(file.path) || file.failure?.code === 'FILE_UNREADABLE') return true;
    return file.leaf !== null && file.leaf.names.length > 0 && [...longest.values()].includes(file);
  });
}
