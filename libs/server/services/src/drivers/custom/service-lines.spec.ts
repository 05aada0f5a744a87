import { commandInput } from './command-script.js';
import { readServiceLines, readVerification } from './service-lines.js';

describe('the output of an administrator’s list command', () => {
  it('is a service for each line', () => {
    expect(readServiceLines('web\tactive\tServes pages\r\nqueue worker\tfailed\nold\tgone away\t\n')).toMatchObject([
      { name: 'web', state: 'active', description: 'Serves pages', subState: null },
      { name: 'queue worker', state: 'failed', description: '' },
      { name: 'old', state: 'unknown', subState: 'gone away' },
    ]);
  });

  it('is passed over where it names nothing that could be asked for', () => {
    expect(readServiceLines('\n\tactive\n-x\tactive\n x\tactive\nbell\u0007\tactive\n')).toEqual([]);
  });
});

describe('the output of a verify command', () => {
  it('is the state and a word that differs after each start, in its last line', () => {
    expect(readVerification('web', 'checking\nActive\t4711 12:00\n')).toMatchObject({
      state: 'active',
      invocation: '4711 12:00',
    });
  });

  it('may tell no such word', () => {
    expect(readVerification('web', 'inactive\t\n')).toMatchObject({ state: 'inactive', invocation: null });
    expect(readVerification('web', 'active')).toMatchObject({ state: 'active', invocation: null });
    expect(readVerification('web', '')).toMatchObject({ state: 'unknown', invocation: null });
  });
});

describe('the input of a command', () => {
  it('is its latest begin, its length in bytes, the command, and the name in one line', () => {
    expect(commandInput('echo é', { name: 'web', latest: 9 })).toBe('9\n7\necho éweb\n');
    expect(commandInput('true')).toBe('0\n4\ntrue');
  });
});
