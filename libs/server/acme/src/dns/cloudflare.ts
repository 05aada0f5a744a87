import { AcmeError, type AcmeErrorCode } from '../acme-error.js';
import { isRecord } from '../problem.js';
import type { Reach } from '../reach.js';
import { type DnsProvider, type DnsRecord, recordTtl, zoneCandidates } from './dns-provider.js';
import { askProvider } from './provider-request.js';

export interface CloudflareOptions {
  /** An API token that may read zones and edit their DNS. */
  readonly token: string;
  /** Where the API is; Cloudflare's own unless told. */
  readonly endpoint?: string;
  /** Where connections may go; anywhere unless told. */
  readonly reach?: Reach;
}

interface CloudflareCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** What the API answers: https://developers.cloudflare.com/api/ */
interface CloudflareAnswer {
  readonly success: boolean;
  readonly result: unknown;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

/** "An identical record already exists." */
const identicalRecord = 81_058;

/** Cloudflare's DNS, by its API version 4. */
export function cloudflare(options: CloudflareOptions): DnsProvider {
  /** Ids of zones by the names of records. */
  const zones = new Map<string, string>();

  const zoneOf = async (name: string, signal: AbortSignal): Promise<string> => {
    const known = zones.get(name);
    if (known) return known;
    for (const candidate of zoneCandidates(name)) {
      const [zone] = await list(`/zones?${query({ name: candidate })}`, options, signal);
      if (!zone) continue;
      zones.set(name, zone.id);
      return zone.id;
    }
    throw new AcmeError('DNS_REFUSED', `Cloudflare shows this token no zone that ${name} is in.`);
  };

  const publish = async ({ name, value }: DnsRecord, signal: AbortSignal): Promise<void> => {
    const path = `/zones/${await zoneOf(name, signal)}/dns_records`;
    const body = { type: 'TXT', name, content: `"${value}"`, ttl: recordTtl, comment: 'ACME challenge' };
    const answer = await call({ method: 'POST', path, body }, options, signal);
    if (!answer.success && !answer.errors.some(({ code }) => code === identicalRecord)) throw refusal(answer);
  };

  const remove = async ({ name, value }: DnsRecord, signal: AbortSignal): Promise<void> => {
    const path = `/zones/${await zoneOf(name, signal)}/dns_records`;
    const records = await list(`${path}?${query({ type: 'TXT', 'name.exact': name })}`, options, signal);
    // Compared here: filters there know no case. Stored with quotation marks or without, depending on how it was made.
    for (const { id, content } of records) {
      if (content !== value && content !== `"${value}"`) continue;
      const answer = await call({ method: 'DELETE', path: `${path}/${id}` }, options, signal);
      if (!answer.success) throw refusal(answer);
    }
  };
  return { publish, remove };
}

async function list(
  path: string,
  options: CloudflareOptions,
  signal: AbortSignal,
): Promise<{ id: string; content: unknown }[]> {
  const answer = await call({ method: 'GET', path }, options, signal);
  if (!answer.success) throw refusal(answer);
  const items: unknown[] = Array.isArray(answer.result) ? answer.result : [];
  return items.flatMap((item) =>
    isRecord(item) && typeof item.id === 'string' ? [{ id: item.id, content: item.content }] : [],
  );
}

const query = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();

async function call(
  { method, path, body }: CloudflareCall,
  { token, reach, endpoint = 'https://api.cloudflare.com/client/v4' }: CloudflareOptions,
  signal: AbortSignal,
): Promise<CloudflareAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const request = new Request(`${endpoint}${path}`, {
    ...{ method, headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { status, text } = await askProvider('Cloudflare', request, { signal, reach });
  const answer = readAnswer(text);
  if (!answer)
    throw new AcmeError('UNEXPECTED_ANSWER', `Cloudflare answered with status ${String(status)} and nothing readable.`);
  if (!answer.success && status >= 500) throw refusal(answer, 'UNEXPECTED_ANSWER');
  return answer;
}

function readAnswer(text: string): CloudflareAnswer | undefined {
  try {
    const answer = JSON.parse(text) as unknown;
    if (!isRecord(answer)) return undefined;
    const errors: unknown[] = Array.isArray(answer.errors) ? answer.errors : [];
    return {
      success: answer.success === true,
      result: answer.result,
      errors: errors.filter(isRecord).map(({ code, message }) => ({ code: Number(code), message: String(message) })),
    };
  } catch {
    return undefined;
  }
}

const refusal = ({ errors }: CloudflareAnswer, code: AcmeErrorCode = 'DNS_REFUSED'): AcmeError => {
  const words = errors.map(({ code, message }) => `${message} (${String(code)})`).join(' · ');
  return new AcmeError(code, `Cloudflare refuses: ${words || 'it does not say why'}.`);
};
