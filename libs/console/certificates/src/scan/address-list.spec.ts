import { readAddresses } from './address-list';

describe('pasted addresses', () => {
  it('are read line by line, each once', () => {
    expect(
      readAddresses('a.example\n a.example \r\nhttps://b.example:8443/x\n[2001:db8::1]:443 c.example\n\n'),
    ).toEqual({
      addresses: [
        { host: 'a.example', port: 443 },
        { host: 'b.example', port: 8443 },
        { host: '2001:db8::1', port: 443, serverName: 'c.example' },
      ],
      wrong: [],
    });
  });

  it('tell which lines are none', () => {
    expect(readAddresses('a b c\nb.example:99999\n-x-\nok.example what?').wrong).toEqual([
      'a b c',
      'b.example:99999',
      '-x-',
      'ok.example what?',
    ]);
  });
});
