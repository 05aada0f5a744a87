import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Call, request } from './rest-client.js';

/** Hears everything that leaves the server, and looks where it keeps things. */
export class Witness {
  /** Answers and frames, and for a check of the search itself what was sent. */
  readonly heard: string[] = [];
  readonly sent: string[] = [];
  private readonly commandLines = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {}

  /** Makes a request and keeps the whole answer; `listen: false` for the one answer in which a secret is shown. */
  async say<Body>(line: string, call: Call = {}, { listen = true } = {}): Promise<Body> {
    const { status, headers, body } = await request(this.url, line, call);
    this.sent.push(JSON.stringify(call.body ?? ''));
    if (listen) this.heard.push([line, status, JSON.stringify([...headers]), JSON.stringify(body)].join(' '));
    return body as Body;
  }

  /** Looks at the command lines of all processes, many times a second. */
  watchProcesses(): void {
    this.timer = setInterval(() => void this.lookAtProcesses(), 50);
  }

  stopWatching(): string {
    clearInterval(this.timer);
    return [...this.commandLines].join('\n');
  }

  private async lookAtProcesses(): Promise<void> {
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const line = await readFile(join('/proc', entry, 'cmdline'), 'latin1').catch(() => '');
      this.commandLines.add(line.replaceAll('\0', ' '));
    }
  }
}

/** Every row of every table of the database, as text; bytes in hexadecimal. */
export async function dumpDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const dumped: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      dumped.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return dumped.join('\n');
  } finally {
    await client.end();
  }
}

/** Every file below a folder, byte for byte. */
export async function readFolder(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')))).join('\n');
}
