import { networkInterfaces } from 'node:os';
import { NetworkPolicy, type NetworkPolicyOptions } from './network-policy.js';

const policy = (options: Partial<NetworkPolicyOptions> = {}): NetworkPolicy =>
  new NetworkPolicy({ listenHost: '127.0.0.1', listenPort: 3000, ...options });
const may = (address: string, port = 22, options: Partial<NetworkPolicyOptions> = {}): boolean =>
  policy(options).check({ address, port }).allowed;

describe('the network policy', () => {
  it.each(['10.1.2.3', '172.16.0.1', '192.168.1.1', '203.0.113.9', 'fd12::1', '2001:db8::1'])('allows %s', (address) =>
    expect(may(address)).toBe(true),
  );

  it.each([
    '169.254.169.254',
    '169.254.1.1',
    '100.100.100.200',
    '168.63.129.16',
    'fe80::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '240.0.0.1',
  ])('refuses %s whatever is configured', (address) => {
    expect(may(address)).toBe(false);
    expect(may(address, 22, { allowedNetworks: '0.0.0.0/0 ::/0' })).toBe(false);
  });

  it.each([
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
  ])('sees through the IPv6 clothes of %s', (address) => expect(may(address)).toBe(false));

  it('allows loopback only while Lockstep itself listens on loopback', () => {
    for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
      expect(may(address)).toBe(true);
      expect(may(address, 22, { listenHost: 'localhost' })).toBe(true);
      expect(may(address, 22, { listenHost: '0.0.0.0' })).toBe(false);
      expect(may(address, 22, { listenHost: '192.0.2.1' })).toBe(false);
    }
  });

  it('refuses Lockstep’s own port on every address of this machine', () => {
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .map(({ address }) => address);
    for (const address of ['127.0.0.1', '::1', ...own.filter((each) => !each.startsWith('fe80'))])
      expect(may(address, 3000)).toBe(false);
    expect(may('192.0.2.1', 3000)).toBe(true);
    expect(may('192.0.2.1', 3000, { listenHost: '192.0.2.1' })).toBe(false);
  });

  it('keeps to an explicit list of networks and ports', () => {
    const options = {
      listenHost: '0.0.0.0',
      allowedNetworks: '10.0.0.0/8:22, 192.0.2.7 127.0.0.1:2200-2299 [fd00::/8]:22 2001:db8::/32',
    };
    expect(may('10.1.1.1', 22, options)).toBe(true);
    expect(may('10.1.1.1', 2222, options)).toBe(false);
    expect(may('192.0.2.7', 9, options)).toBe(true);
    expect(may('192.0.2.8', 22, options)).toBe(false);
    expect(may('127.0.0.1', 2250, options)).toBe(true);
    expect(may('127.0.0.1', 2300, options)).toBe(false);
    expect(may('fd00::1', 22, options)).toBe(true);
    expect(may('fd00::1', 23, options)).toBe(false);
    expect(may('2001:db8::9', 5, options)).toBe(true);
  });

  it.each(['nonsense', '10.0.0.0/33', '10.0.0.0/8:0', '10.0.0.0/8:9-3', '[fd00::/8', '10.0.0.0/8:99999', 'fd00::/200'])(
    'refuses the list %j with a sentence that names it',
    (allowedNetworks) => expect(() => policy({ allowedNetworks })).toThrow(/LOCKSTEP_ALLOWED_NETWORKS: cannot read «/),
  );

  it('judges a host behind a jump host by what can be known here', () => {
    expect(policy().checkBeyondJump('db.internal', 22).allowed).toBe(true);
    expect(policy({ listenHost: '0.0.0.0' }).checkBeyondJump('127.0.0.1', 22).allowed).toBe(true);
    expect(policy().checkBeyondJump('169.254.169.254', 22).allowed).toBe(false);
    expect(policy({ allowedNetworks: '10.0.0.0/8' }).checkBeyondJump('192.0.2.1', 22).allowed).toBe(false);
  });
});
