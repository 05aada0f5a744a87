import { RateLimited, cloudflare } from '../src/index.js';
import { CloudflareStandIn } from './cloudflare-stand-in.spec-support.js';
import { type StandIn, startStandIn } from './stand-in.spec-support.js';

const { signal } = new AbortController();
const token = 'token-of-a-test';
const name = '_acme-challenge.deep.host.example.test';

describe('Cloudflare (a stand-in by its documentation)', () => {
  let api: CloudflareStandIn;
  let server: StandIn;

  beforeEach(async () => {
    api = new CloudflareStandIn(token, { 'example.test': 'zone1' });
    server = await startStandIn(api.reply);
  });
  afterEach(() => server.stop());

  const provider = (changed = token) => cloudflare({ token: changed, endpoint: `${server.endpoint}/client/v4` });

  it('adds two values to one name and takes one away, each as often as one likes', async () => {
    const own = provider();
    for (const value of ['one', 'two', 'two']) await own.publish({ name, value }, signal);
    expect(api.records.map(({ type, name: at, content }) => [type, at, content])).toEqual([
      ['TXT', name, '"one"'],
      ['TXT', name, '"two"'],
    ]);
    for (const value of ['one', 'one', 'never']) await own.remove({ name, value }, signal);
    expect(api.records.map(({ content }) => content)).toEqual(['"two"']);
  });

  it('removes what was stored without quotation marks, and nothing that differs in case', async () => {
    const other = { id: 'other', type: 'TXT', name, content: 'Plain' };
    api.records.push({ id: 'old', type: 'TXT', name, content: 'plain' }, other);
    await provider().remove({ name, value: 'plain' }, signal);
    expect(api.records).toEqual([other]);
  });

  it('looks for the zone from the name upwards, once', async () => {
    const own = provider();
    await own.publish({ name, value: 'one' }, signal);
    await own.publish({ name, value: 'two' }, signal);
    expect(api.requests.filter((request) => request === 'GET /client/v4/zones')).toHaveLength(4);
  });

  it('tells Cloudflare’s words', async () => {
    await expect(provider('stolen').publish({ name, value: 'x' }, signal)).rejects.toMatchObject({
      code: 'DNS_REFUSED',
      message: 'Cloudflare refuses: Invalid access token (9109).',
    });
    await expect(provider().publish({ name: 'a.elsewhere.test', value: 'x' }, signal)).rejects.toThrow(
      'Cloudflare shows this token no zone that a.elsewhere.test is in.',
    );
    api.next = { status: 502, body: '<html>Bad gateway</html>' };
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      message: expect.stringContaining('status 502') as string,
    });
    const failed = { success: false, errors: [{ code: 10_000, message: 'Internal error' }], result: null };
    api.next = { status: 500, body: JSON.stringify(failed) };
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toMatchObject({
      code: 'UNEXPECTED_ANSWER',
      message: 'Cloudflare refuses: Internal error (10000).',
    });
  });

  it('says until when it wants to be left alone', async () => {
    api.next = { status: 429, headers: { 'retry-after': '40' }, body: '{}' };
    const failure = await provider()
      .publish({ name, value: 'x' }, signal)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimited);
    const wait = (failure as RateLimited).until.getTime() - Date.now();
    expect(wait).toBeGreaterThan(35_000);
    expect(wait).toBeLessThanOrEqual(40_000);
  });

  it('does not carry the token along to where it is sent on', async () => {
    api.next = { status: 302, headers: { location: `${server.endpoint}/elsewhere` }, body: '' };
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(api.requests).toEqual(['GET /client/v4/zones']);
  });

  it('ends with the reason of an abort', async () => {
    const aborted = AbortSignal.abort(new Error('cancelled'));
    await expect(provider().publish({ name, value: 'x' }, aborted)).rejects.toThrow('cancelled');
  });
});
