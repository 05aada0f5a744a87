import { RateLimited, type Route53Options, route53 } from '../src/index.js';
import { Route53StandIn } from './route53-stand-in.spec-support.js';
import { type StandIn, startStandIn } from './stand-in.spec-support.js';

const { signal } = new AbortController();
const name = '_acme-challenge.host.example.test';

describe('Route 53 (a stand-in by its documentation, which checks signatures)', () => {
  let api: Route53StandIn;
  let server: StandIn;

  beforeEach(async () => {
    api = new Route53StandIn();
    server = await startStandIn(api.reply);
  });
  afterEach(() => server.stop());

  const provider = (changed: Partial<Route53Options> = {}) =>
    route53({ ...api.credentials, endpoint: server.endpoint, ...changed });

  it('adds two values to one name and takes one away, each as often as one likes', async () => {
    const own = provider();
    for (const value of ['one', 'two', 'two']) await own.publish({ name, value }, signal);
    expect(api.sets.get(`${name}.`)).toEqual(['"one"', '"two"']);
    for (const value of ['one', 'one', 'never']) await own.remove({ name, value }, signal);
    expect(api.sets.get(`${name}.`)).toEqual(['"two"']);
    await own.remove({ name, value: 'two' }, signal);
    expect([...api.sets]).toEqual([]);
  });

  it('changes the public zone, and waits until the change is on all servers', async () => {
    api.pendingLooks = 1;
    await provider().publish({ name, value: 'one' }, signal);
    expect(api.requests.filter((request) => request.includes('/rrset'))).toEqual([
      'GET /2013-04-01/hostedzone/ZPUBLIC/rrset',
      'POST /2013-04-01/hostedzone/ZPUBLIC/rrset',
    ]);
    expect(api.requests.filter((request) => request.includes('/change/C1'))).toHaveLength(2);
  });

  it('lists no zones when it is told which one', async () => {
    await provider({ hostedZoneId: 'ZTOLD' }).publish({ name, value: 'one' }, signal);
    expect(api.requests[0]).toBe('GET /2013-04-01/hostedzone/ZTOLD/rrset');
  });

  it('keeps what somebody else put there meanwhile', async () => {
    api.sets.set(`${name}.`, ['"before"']);
    api.meanwhile = () => api.sets.set(`${name}.`, ['"before"', '"theirs"']);
    await provider().publish({ name, value: 'ours' }, signal);
    expect(api.sets.get(`${name}.`)).toEqual(['"before"', '"theirs"', '"ours"']);
  });

  it('leaves a longer name alone that is listed in place of a missing one', async () => {
    api.sets.set(`${name}x.`, ['"another"']);
    await provider().publish({ name, value: 'ours' }, signal);
    expect(api.sets.get(`${name}x.`)).toEqual(['"another"']);
    expect(api.sets.get(`${name}.`)).toEqual(['"ours"']);
  });

  it('tells its words, also when the secret is another one', async () => {
    await expect(provider({ secretAccessKey: 'stolen' }).publish({ name, value: 'x' }, signal)).rejects.toMatchObject({
      code: 'DNS_REFUSED',
      message: 'Route 53 refuses: The request signature does not match (SignatureDoesNotMatch).',
    });
    await expect(provider().publish({ name: 'a.other.test', value: 'x' }, signal)).rejects.toThrow(
      'no public zone that a.other.test is in',
    );
  });

  it('does not call a change refused that was taken, or may have been', async () => {
    const unsure = { code: 'UNEXPECTED_ANSWER' };
    api.next = { status: 500, body: '<ErrorResponse><Error><Code>InternalFailure</Code></Error></ErrorResponse>' };
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toMatchObject(unsure);
    api.forbidsLooking = true;
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toMatchObject(unsure);
    expect(api.sets.get(`${name}.`)).toEqual(['"x"']);
  });

  it('asks to come back when it is throttled', async () => {
    api.next = { status: 400, body: '<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>' };
    await expect(provider().publish({ name, value: 'x' }, signal)).rejects.toBeInstanceOf(RateLimited);
  });
});
