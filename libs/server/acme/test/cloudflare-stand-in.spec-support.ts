import { randomUUID } from 'node:crypto';
import type { Arrived, Reply } from './stand-in.spec-support.js';

interface StoredRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
}

const refused = (status: number, code: number, message: string): Reply => ({
  status,
  body: JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }),
});
const accepted = (result: unknown): Reply => ({
  status: 200,
  body: JSON.stringify({ success: true, errors: [], messages: [], result }),
});

/** As much of Cloudflare's API version 4 as a challenge needs, by its documentation; strict about what it is sent. */
export class CloudflareStandIn {
  readonly records: StoredRecord[] = [];
  readonly requests: string[] = [];
  /** The next request gets this. */
  next: Reply | undefined;

  constructor(
    private readonly token: string,
    private readonly zones: Readonly<Record<string, string>>,
  ) {}

  readonly reply = ({ method, url, headers, body }: Arrived): Reply => {
    this.requests.push(`${method} ${url.pathname}`);
    const next = this.next;
    this.next = undefined;
    if (next) return next;
    if (headers.authorization !== `Bearer ${this.token}`) return refused(403, 9109, 'Invalid access token');
    if (url.pathname === '/client/v4/zones' && method === 'GET') return this.listZones(url);
    const [, zone, id] = /^\/client\/v4\/zones\/(\w+)\/dns_records(?:\/([\w-]+))?$/.exec(url.pathname) ?? [];
    if (!zone || !Object.values(this.zones).includes(zone)) return refused(404, 7003, 'Could not route to zone');
    if (method === 'GET') return this.listRecords(url);
    if (method === 'POST') return this.create(JSON.parse(body) as Record<string, unknown>);
    return this.delete(id);
  };

  private listZones(url: URL): Reply {
    const id = this.zones[url.searchParams.get('name') ?? ''];
    return accepted(id ? [{ id, name: url.searchParams.get('name') }] : []);
  }

  private listRecords(url: URL): Reply {
    const [type, name] = ['type', 'name.exact'].map((key) => url.searchParams.get(key));
    return accepted(this.records.filter((each) => each.type === type && each.name === name));
  }

  private create({ type, name, content, ttl }: Record<string, unknown>): Reply {
    if (type !== 'TXT' || typeof name !== 'string' || typeof content !== 'string')
      return refused(400, 9005, 'Content for TXT record is invalid.');
    if (typeof ttl !== 'number' || (ttl !== 1 && ttl < 60)) return refused(400, 9021, 'Invalid TTL.');
    if (this.records.some((each) => each.name === name && each.content === content))
      return refused(400, 81058, 'An identical record already exists.');
    const record = { id: randomUUID(), type, name, content };
    this.records.push(record);
    return accepted(record);
  }

  private delete(id: string | undefined): Reply {
    const index = this.records.findIndex((each) => each.id === id);
    if (index < 0) return refused(404, 81044, 'Record does not exist.');
    this.records.splice(index, 1);
    return accepted({ id });
  }
}
