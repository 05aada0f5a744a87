import { createHash, createHmac } from 'node:crypto';
import type { Arrived, Reply } from './stand-in.spec-support.js';

const access = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const namespace = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The signature as AWS would compute it from what arrived (Signature Version 4), by other code than what signs. */
function expectedSignature({ method, url, headers, body }: Arrived, signedHeaders: string): string {
  const names = signedHeaders.split(';');
  const query = [...url.searchParams]
    .map((pair) => pair.map((part) => encodeURIComponent(part)).join('='))
    .sort()
    .join('&');
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
  const payload = String(headers['x-amz-content-sha256'] ?? sha256(body));
  const canonical = [method, url.pathname, query, lines, signedHeaders, payload].join('\n');
  const stamp = String(headers['x-amz-date']);
  const scope = `${stamp.slice(0, 8)}/us-east-1/route53/aws4_request`;
  const key = ['us-east-1', 'route53', 'aws4_request'].reduce<Buffer>(
    (last, part) => hmac(last, part),
    hmac(`AWS4${access.secret}`, stamp.slice(0, 8)),
  );
  return hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex');
}

const refused = (status: number, code: string, message: string): Reply => ({
  status,
  body: `<?xml version="1.0"?>\n<ErrorResponse ${namespace}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});
const accepted = (name: string, inside: string): Reply => ({
  status: 200,
  body: `<?xml version="1.0"?>\n<${name} ${namespace}>${inside}</${name}>`,
});

/** As much of Route 53 as a challenge needs, by its documentation: signatures, sets that change as a whole, PENDING. */
export class Route53StandIn {
  readonly credentials = { accessKeyId: access.id, secretAccessKey: access.secret };
  /** Values by name, as sent: with quotation marks. */
  readonly sets = new Map<string, string[]>();
  readonly requests: string[] = [];
  next: Reply | undefined;
  /** Runs before the next change, as somebody else who is faster. */
  meanwhile: (() => void) | undefined;
  /** How often a change is still on its way when it is looked at. */
  pendingLooks = 0;
  /** The credential may change records, and not ask how far a change is. */
  forbidsLooking = false;

  readonly reply = (request: Arrived): Reply => {
    const { method, url, headers, body } = request;
    this.requests.push(`${method} ${url.pathname}`);
    const { next } = this;
    this.next = undefined;
    if (next) return next;
    const [, signed = '', signature] =
      /SignedHeaders=([^,]+), Signature=(\w+)$/.exec(headers.authorization ?? '') ?? [];
    if (!headers.authorization?.includes(`Credential=${access.id}/`) || !signed.includes('host'))
      return refused(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
    if (signature !== expectedSignature(request, signed))
      return refused(403, 'SignatureDoesNotMatch', 'The request signature does not match');
    if (url.pathname === '/2013-04-01/hostedzonesbyname') return this.zones(url.searchParams.get('dnsname') ?? '');
    if (url.pathname.startsWith('/2013-04-01/change/')) return this.look();
    if (method === 'GET') return this.list(url.searchParams);
    return this.change(body);
  };

  /** A private zone of the same name comes first. */
  private zones(from: string): Reply {
    const zone = (id: string, name: string, hidden: boolean): string =>
      `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><Config><PrivateZone>${String(hidden)}</PrivateZone></Config></HostedZone>`;
    const all = [zone('ZPRIVATE', 'example.test', true), zone('ZPUBLIC', 'example.test', false)];
    const zones = from <= 'example.test' ? all : [];
    return accepted('ListHostedZonesByNameResponse', `<HostedZones>${zones.join('')}</HostedZones>`);
  }

  private look(): Reply {
    if (this.forbidsLooking) return refused(403, 'AccessDenied', 'Not authorized to perform route53:GetChange');
    const status = this.pendingLooks > 0 ? 'PENDING' : 'INSYNC';
    this.pendingLooks -= 1;
    return accepted('GetChangeResponse', `<ChangeInfo><Id>/change/C1</Id><Status>${status}</Status></ChangeInfo>`);
  }

  private list(query: URLSearchParams): Reply {
    const from = query.get('name') ?? '';
    const [name, values] = [...this.sets].sort().find(([each]) => each >= `${from}.`) ?? [];
    const records = values?.map((value) => `<ResourceRecord><Value>${value}</Value></ResourceRecord>`).join('');
    const set = name
      ? `<ResourceRecordSet><Name>${name}</Name><Type>TXT</Type><TTL>60</TTL><ResourceRecords>${records ?? ''}</ResourceRecords></ResourceRecordSet>`
      : '';
    return accepted('ListResourceRecordSetsResponse', `<ResourceRecordSets>${set}</ResourceRecordSets>`);
  }

  /** The whole batch or nothing. */
  private change(body: string): Reply {
    this.meanwhile?.();
    this.meanwhile = undefined;
    const draft = new Map(this.sets);
    for (const [, part = ''] of body.matchAll(/<Change>([\s\S]*?)<\/Change>/g)) {
      const name = /<Name>(.*?)<\/Name>/.exec(part)?.[1] ?? '';
      const values = [...part.matchAll(/<Value>&#34;(.*?)&#34;<\/Value>/g)].map(([, value]) => `"${String(value)}"`);
      const there = draft.get(name);
      if (part.includes('<Action>DELETE') ? there?.join() !== values.join() : there !== undefined)
        return refused(400, 'InvalidChangeBatch', 'Tried to change a record set but it is not what is there');
      if (part.includes('<Action>DELETE')) draft.delete(name);
      else draft.set(name, values);
    }
    this.sets.clear();
    draft.forEach((values, name) => this.sets.set(name, values));
    return accepted(
      'ChangeResourceRecordSetsResponse',
      '<ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status></ChangeInfo>',
    );
  }
}
