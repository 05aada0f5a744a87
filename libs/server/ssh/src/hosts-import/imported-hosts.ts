import { ConnectionName, Host, LoginName, Port, Tag } from '@lockstep/contract';

/** A host that a file names, checked against the contract. */
export interface ImportedHost {
  readonly line: number | null;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly tags: readonly string[];
  /** The name of the host it goes through: of this file, or of a connection that exists. */
  readonly jump: string | null;
  /** What the file says about it that is not taken over, for example its key file. */
  readonly note: string | null;
}

export interface SkippedHost {
  readonly line: number | null;
  readonly name: string;
  readonly reason: string;
}

export interface ImportedHosts {
  readonly items: readonly ImportedHost[];
  readonly skipped: readonly SkippedHost[];
}

/** The text is not in the format at all. `message` names the line where it is known. */
export class ImportUnreadableError extends Error {
  override readonly name = 'ImportUnreadableError';
}

/** What a parser found before it was checked. Text where the file has text. */
export interface RawHost {
  readonly line: number | null;
  readonly name: string;
  readonly host: string;
  readonly port: string | number | undefined;
  readonly username: string | undefined;
  readonly tags: readonly string[];
  readonly jump: string | null;
  readonly note?: string | null;
  /** How this format would give a user name, told when there is none. */
  readonly usernameHint: string;
}

const aboutName = (raw: RawHost): string => raw.name.slice(0, 100) || raw.host.slice(0, 100);

/** Checks one host; a reason, in words, when it cannot be taken. */
function checkHost(raw: RawHost): ImportedHost | string {
  const port = Port.safeParse(Number(raw.port ?? 22));
  if (!ConnectionName.safeParse(raw.name).success) return 'its name is empty or longer than 100 characters';
  if (!Host.safeParse(raw.host).success) return `«${raw.host.slice(0, 100)}» is not a host name or address`;
  if (!port.success) return `«${String(raw.port)}» is not a port`;
  if (raw.username === undefined || raw.username === '') return `it has no user name; ${raw.usernameHint}`;
  if (!LoginName.safeParse(raw.username).success) return `«${raw.username.slice(0, 64)}» is not a user name`;
  const tags = [...new Set(raw.tags.map((tag) => tag.toLowerCase()))];
  const badTag = tags.find((tag) => !Tag.safeParse(tag).success);
  if (badTag !== undefined) return `«${badTag.slice(0, 50)}» cannot be a tag`;
  if (tags.length > 50) return 'it has more than 50 tags';
  const { line, host, username, jump } = raw;
  return { line, name: raw.name.trim(), host, port: port.data, username, tags, jump, note: raw.note ?? null };
}

/** Checks all hosts; the second of a name is skipped. */
export function checkHosts(found: readonly RawHost[], before: readonly SkippedHost[] = []): ImportedHosts {
  const items: ImportedHost[] = [];
  const skipped: SkippedHost[] = [...before];
  const names = new Set<string>();
  for (const raw of found) {
    const checked = names.has(raw.name.toLowerCase()) ? 'this name is in the text twice' : checkHost(raw);
    if (typeof checked === 'string') skipped.push({ line: raw.line, name: aboutName(raw), reason: checked });
    else {
      names.add(checked.name.toLowerCase());
      items.push(checked);
    }
  }
  return { items, skipped };
}
