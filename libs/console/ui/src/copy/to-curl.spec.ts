import { toCurl } from './to-curl';

const origin = 'https://lockstep.example.net';

describe('toCurl', () => {
  it('gives a command that reads', () => {
    expect(toCurl({ method: 'GET', path: '/api/operations?limit=100', body: null }, origin)).toBe(
      `curl -H "Authorization: Bearer $LOCKSTEP_TOKEN" 'https://lockstep.example.net/api/operations?limit=100'`,
    );
  });

  it('leaves every secret out, however deep', () => {
    const body = {
      name: 'web-1',
      credential: { kind: 'private_key', privateKey: 'CANARY', passphrase: 'CANARY' },
      password: 'CANARY',
    };
    const command = toCurl({ method: 'POST', path: '/api/connections', body }, origin);
    expect(command).toContain('-X POST');
    expect(command).toContain('"name":"web-1"');
    expect(command).not.toContain('CANARY');
  });

  it('keeps quotes from ending the shell’s word', () => {
    const command = toCurl({ method: 'POST', path: '/api/tokens', body: { name: `it's` } }, origin);
    expect(command).toContain(`it'\\''s`);
  });
});
