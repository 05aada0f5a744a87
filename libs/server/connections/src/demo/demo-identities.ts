import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { z } from 'zod';

/** What a demo host keeps from one start to the next, so that an approved host key stays approved. */
const DemoIdentity = z.object({
  hostKey: z.string(),
  password: z.string(),
  /** The port it had last; 0 before it had one. */
  port: z.number().int(),
  /** The same of its web server. */
  webPort: z.number().int().default(0),
});
export type DemoIdentity = z.infer<typeof DemoIdentity>;
const Store = z.record(z.string(), DemoIdentity);

/** The identities of the demo hosts, in a file of the data folder that only its owner may read. */
export class DemoIdentities {
  private constructor(
    private readonly path: string,
    private readonly known: Record<string, DemoIdentity>,
  ) {}

  /** A file that cannot be read counts as none: the demo hosts are then new ones. */
  static async load(dataDirectory: string): Promise<DemoIdentities> {
    const path = join(dataDirectory, 'demo-hosts.json');
    const text = await readFile(path, 'utf8').catch(() => '{}');
    const parsed = Store.safeParse(parseJson(text));
    return new DemoIdentities(path, parsed.success ? parsed.data : {});
  }

  get(key: string): { identity: DemoIdentity; isNew: boolean } {
    const known = this.known[key];
    if (known && isReadable(known.hostKey)) return { identity: known, isNew: false };
    const identity = {
      hostKey: newHostKey(),
      password: randomBytes(18).toString('base64url'),
      port: 0,
      webPort: 0,
    };
    this.known[key] = identity;
    return { identity, isNew: true };
  }

  async save(): Promise<void> {
    await mkdir(join(this.path, '..'), { recursive: true });
    await writeFile(this.path, JSON.stringify(this.known), { mode: 0o600 });
    await chmod(this.path, 0o600);
  }
}

/** ssh2 writes one key in two hundred so that nobody can read it, not even ssh2. */
function newHostKey(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (isReadable(key)) return key;
  }
}

const isReadable = (key: string): boolean => !(ssh2.utils.parseKey(key) instanceof Error);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
