import { AcmeError } from '../../acme-error.js';
import { pause } from '../../limit.js';
import { type DnsProvider, type DnsRecord, recordTtl, zoneCandidates } from '../dns-provider.js';
import { type Route53Options, Route53Refusal, callRoute53 } from './route53-api.js';
import { elements, escapeXml, textOf, unescape } from './xml.js';

/** All TXT values of one name; Route 53 knows them only together. */
interface RecordSet {
  readonly ttl: number;
  readonly values: readonly string[];
}

const attempts = 5;
/** A change is on all servers within a minute, says the documentation; GetChange tells. */
const syncStepMs = 2_000;

/**
 * Amazon Route 53. The values of a name are one set there, so a change takes the old set away and puts the new one in
 * its place in one batch, which fails as a whole where somebody else was faster; then it is done again.
 */
export function route53(options: Route53Options): DnsProvider {
  return {
    publish: async (record, signal) => {
      const change = await changeValues(record, options, {
        signal,
        to: (values) => (values.includes(quote(record.value)) ? values : [...values, quote(record.value)]),
      });
      if (change) await untilInSync(change, options, signal).catch(asUnsure);
    },
    remove: async (record, signal) => {
      await changeValues(record, options, {
        signal,
        to: (values) => values.filter((value) => value !== quote(record.value)),
      });
    },
  };
}

interface Change {
  readonly to: (values: readonly string[]) => readonly string[];
  readonly signal: AbortSignal;
}

/** @returns the id of the change; undefined: nothing was to change */
async function changeValues(
  { name }: DnsRecord,
  options: Route53Options,
  { to, signal }: Change,
): Promise<string | undefined> {
  const zone = options.hostedZoneId ?? (await findZone(name, options, signal));
  for (let attempt = 1; ; attempt += 1) {
    const before = await readRecordSet({ zone, name }, options, signal);
    const values = to(before?.values ?? []);
    if (values.length === (before?.values.length ?? 0)) return undefined;
    const body = changeBatch(name, before, { ttl: before?.ttl ?? recordTtl, values });
    try {
      const path = `/hostedzone/${zone}/rrset`;
      const answer = await callRoute53({ method: 'POST', path, body }, options, signal);
      return textOf(answer, 'Id').replace(/^\/change\//, '');
    } catch (error) {
      const raced = error instanceof Route53Refusal && error.awsCode === 'InvalidChangeBatch';
      if (!raced || attempt === attempts) throw error;
    }
  }
}

async function findZone(name: string, options: Route53Options, signal: AbortSignal): Promise<string> {
  for (const candidate of zoneCandidates(name)) {
    const path = `/hostedzonesbyname?${new URLSearchParams({ dnsname: candidate, maxitems: '10' }).toString()}`;
    const answer = await callRoute53({ method: 'GET', path }, options, signal);
    const zone = elements(answer, 'HostedZone').find(
      (each) => textOf(each, 'Name') === `${candidate}.` && textOf(each, 'PrivateZone') !== 'true',
    );
    if (zone) return textOf(zone, 'Id').replace(/^\/hostedzone\//, '');
  }
  throw new AcmeError('DNS_REFUSED', `Route 53 shows this credential no public zone that ${name} is in.`);
}

async function readRecordSet(
  { zone, name }: { zone: string; name: string },
  options: Route53Options,
  signal: AbortSignal,
): Promise<RecordSet | undefined> {
  const parameters = new URLSearchParams({ name, type: 'TXT', maxitems: '1' });
  const path = `/hostedzone/${zone}/rrset?${parameters.toString()}`;
  const answer = await callRoute53({ method: 'GET', path }, options, signal);
  const found = elements(answer, 'ResourceRecordSet').find(
    // The list begins at this name, or after it where the name has no such records.
    (set) => textOf(set, 'Name').toLowerCase() === `${name.toLowerCase()}.` && textOf(set, 'Type') === 'TXT',
  );
  return found === undefined
    ? undefined
    : { ttl: Number(textOf(found, 'TTL')), values: elements(found, 'Value').map(unescape) };
}

async function untilInSync(change: string, options: Route53Options, signal: AbortSignal): Promise<void> {
  for (;;) {
    const answer = await callRoute53({ method: 'GET', path: `/change/${change}` }, options, signal);
    if (textOf(answer, 'Status') === 'INSYNC') return;
    await pause(syncStepMs, signal);
  }
}

/** It may not be asked about, for example: the change was taken all the same. */
function asUnsure(error: unknown): never {
  if (!(error instanceof Route53Refusal)) throw error;
  throw new AcmeError('UNEXPECTED_ANSWER', error.message, { cause: error });
}

function changeBatch(name: string, before: RecordSet | undefined, after: RecordSet): string {
  const parts = [
    ...(before ? [changeOf('DELETE', name, before)] : []),
    ...(after.values.length > 0 ? [changeOf('CREATE', name, after)] : []),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes>',
    ...parts,
    '</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>',
  ].join('\n');
}

function changeOf(action: 'CREATE' | 'DELETE', name: string, { ttl, values }: RecordSet): string {
  const records = values.map((value) => `<ResourceRecord><Value>${escapeXml(value)}</Value></ResourceRecord>`);
  return [
    `<Change><Action>${action}</Action><ResourceRecordSet><Name>${escapeXml(name)}.</Name><Type>TXT</Type>`,
    `<TTL>${String(ttl)}</TTL><ResourceRecords>${records.join('')}</ResourceRecords></ResourceRecordSet></Change>`,
  ].join('');
}

const quote = (value: string): string => `"${value}"`;
