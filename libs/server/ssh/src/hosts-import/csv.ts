import { parse } from 'csv-parse/sync';
import { type ImportedHosts, ImportUnreadableError, type RawHost, checkHosts } from './imported-hosts.js';

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

const aliases: Readonly<Record<string, string>> = {
  hostname: 'host',
  address: 'host',
  user: 'username',
  login: 'username',
  tag: 'tags',
  groups: 'tags',
  jump_host: 'jump',
  proxyjump: 'jump',
};
const known = ['name', 'host', 'port', 'username', 'tags', 'jump'];

/**
 * Reads CSV (RFC 4180) with a header line that names at least `host` and `username`; also `name`, `port`, `tags`
 * (several separated by blanks, `;` or `|`) and `jump`. Semicolons and tabs separate columns as well as commas.
 * Throws ImportUnreadableError.
 */
export function parseCsv(text: string): ImportedHosts {
  const header = text.split(/\r?\n/, 1)[0] ?? '';
  const columns = header
    .replace(/^\uFEFF/, '')
    .split(separatorOf(header))
    .map(columnName);
  for (const needed of ['host', 'username']) {
    if (!columns.includes(needed))
      throw new ImportUnreadableError(`Line 1 must name the columns; «${needed}» is missing.`);
  }
  const rows = readRows(text, separatorOf(header));
  return checkHosts(rows.map(toHost));
}

const separatorOf = (header: string): string => [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';

function columnName(raw: string): string {
  const plain = raw.trim().replace(/^"|"$/g, '').trim().toLowerCase();
  const name = aliases[plain] ?? plain;
  return known.includes(name) ? name : `other ${name}`;
}

function readRows(text: string, delimiter: string): CsvRow[] {
  try {
    return parse(text, {
      bom: true,
      columns: (names: string[]) => names.map(columnName),
      delimiter,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count_less: true,
    }) as unknown as CsvRow[];
  } catch (error) {
    throw new ImportUnreadableError(`This is not CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function toHost({ record, info }: CsvRow): RawHost {
  const host = record['host'] ?? '';
  return {
    line: info.lines,
    name: record['name'] || host,
    host,
    port: record['port'] || undefined,
    username: record['username'],
    tags: (record['tags'] ?? '').split(/[\s;|,]+/).filter(Boolean),
    jump: record['jump'] || null,
    usernameHint: 'fill in the column «username»',
  };
}
