import { describeRenewal } from './renewal-facts';

describe('the facts of a renewal', () => {
  it('tells what was issued and what was served before, and nothing that only the server needs', () => {
    const endpoint = { host: '10.0.0.7', port: 443, serverName: 'shop.example' };
    const facts = describeRenewal({
      version: 3,
      serialNumber: '5D0A',
      fingerprint: 'AA:BB',
      notAfter: '2026-12-22T00:00:00.000Z',
      servedBefore: [
        { endpoint, fingerprint: 'CC:DD' },
        { endpoint: { ...endpoint, port: 8443 }, fingerprint: null },
      ],
      absentBefore: [],
    });
    expect(facts.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'Version: 3',
      expect.stringMatching(/^Valid until: .*2026/),
      'Serial number: 5D0A',
      'Fingerprint: AA:BB',
      'Served before: shop.example 10.0.0.7:443 CC:DD; shop.example 10.0.0.7:8443 nothing',
    ]);
    expect(describeRenewal({})).toEqual([]);
  });
});
