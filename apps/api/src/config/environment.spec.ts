import { EnvironmentError, administratorOf, readEnvironment } from './environment.js';

describe('the environment', () => {
  it('needs nothing', () => {
    expect(readEnvironment({})).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      LOCKSTEP_ROLE: 'all',
      LOCKSTEP_WORKERS: 10,
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'mysql://somewhere'],
    ['LOCKSTEP_ROLE', 'both'],
    ['LOCKSTEP_WORKERS', '0'],
    ['CONSOLE_ORIGIN', 'console.example'],
    ['TRUST_PROXY', 'maybe'],
    ['LOCKSTEP_CHALLENGE_LISTEN', 'everywhere'],
    ['LOCKSTEP_CHALLENGE_LISTEN', '0.0.0.0:99999'],
    ['LOCKSTEP_DNS_HOOKS', 'hooks'],
    ['LOCKSTEP_HEARTBEAT_URL', 'ftp://beat.example'],
    ['LOCKSTEP_DNS_HOOKS', '/tmp'],
  ])('stops the start with one sentence that names %s when it is %s', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(EnvironmentError);
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^${name} is wrong: [^\\n]+\\.$`));
  });

  it('takes a port for challenges, with an address or without', () => {
    const read = (text: string) => readEnvironment({ LOCKSTEP_CHALLENGE_LISTEN: text }).LOCKSTEP_CHALLENGE_LISTEN;
    expect(read('80')).toEqual({ host: '::', port: 80 });
    expect(read('192.0.2.1:8080')).toEqual({ host: '192.0.2.1', port: 8_080 });
    expect(read('[::1]:80')).toEqual({ host: '::1', port: 80 });
  });

  it('takes several console origins', () => {
    expect(readEnvironment({ CONSOLE_ORIGIN: 'https://a.example, http://b.example:8080/' }).CONSOLE_ORIGIN).toEqual([
      'https://a.example',
      'http://b.example:8080',
    ]);
  });

  it('wants the administrator’s name and password together', () => {
    const environment = readEnvironment({ LOCKSTEP_ADMIN_USERNAME: 'ada' });
    expect(() => administratorOf(environment)).toThrow('go together');
  });
});
