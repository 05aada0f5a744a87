import { AwsV4Signer } from 'aws4fetch';
import { AcmeError } from '../../acme-error.js';
import type { Reach } from '../../reach.js';
import { askProvider, comeBackLater } from '../provider-request.js';
import { textOf } from './xml.js';

export interface Route53Options {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** With temporary credentials. */
  readonly sessionToken?: string;
  /** Looked for by name unless told; then the credential needs no right to list zones. */
  readonly hostedZoneId?: string;
  /** Where the API is; the global one unless told. */
  readonly endpoint?: string;
  /** Where connections may go; anywhere unless told. */
  readonly reach?: Reach;
}

/** Route 53 is one for all regions and is signed for this one. */
const region = 'us-east-1';
const busy = new Set(['Throttling', 'ThrottlingException', 'PriorRequestNotComplete']);

/** What the API refused, by its code, for those who can do something about it. */
export class Route53Refusal extends AcmeError {
  constructor(
    readonly awsCode: string,
    words: string,
  ) {
    super('DNS_REFUSED', `Route 53 refuses: ${words} (${awsCode}).`);
  }
}

/** One request, signed by AWS Signature Version 4. @param path from behind the version on @returns the XML */
export async function callRoute53(
  request: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string },
  options: Route53Options,
  signal: AbortSignal,
): Promise<string> {
  const { endpoint = 'https://route53.amazonaws.com', accessKeyId, secretAccessKey, sessionToken } = options;
  const signed = await new AwsV4Signer({
    ...{ method: request.method, url: `${endpoint}/2013-04-01${request.path}`, service: 'route53', region },
    ...{ accessKeyId, secretAccessKey, sessionToken },
    ...(request.body !== undefined && { body: request.body, headers: { 'content-type': 'application/xml' } }),
  }).sign();
  const { status, text } = await askProvider('Route 53', new Request(signed.url, signed), {
    signal,
    reach: options.reach,
  });
  if (status < 300) return text;
  const code = textOf(text, 'Code') || `status ${String(status)}`;
  if (busy.has(code)) throw comeBackLater('Route 53');
  const words = textOf(text, 'Message') || 'it does not say why';
  if (status >= 500) throw new AcmeError('UNEXPECTED_ANSWER', `Route 53 failed: ${words} (${code}).`);
  throw new Route53Refusal(code, words);
}
