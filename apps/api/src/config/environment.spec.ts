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
  ])('stops the start with one sentence that names %s when it is %s', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(EnvironmentError);
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^${name} is wrong: [^\\n]+\\.$`));
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
