import { parseAddress } from './parse-address';

describe('parseAddress', () => {
  it.each([
    ['ssh deploy@web-1.example.net -p 2222', { host: 'web-1.example.net', username: 'deploy', port: 2222 }],
    ['ssh -p2222 deploy@web-1', { host: 'web-1', username: 'deploy', port: 2222 }],
    ['/usr/bin/ssh -l deploy web-1', { host: 'web-1', username: 'deploy' }],
    ['  ssh   me@localhost  ', { host: 'localhost', username: 'me' }],
    ['web-1', { host: 'web-1' }],
    ['deploy@10.0.0.11:2200', { host: '10.0.0.11', username: 'deploy', port: 2200 }],
    ['ssh://deploy@web-1:2200/', { host: 'web-1', username: 'deploy', port: 2200 }],
    ['root@[2001:db8::1]:2200', { host: '2001:db8::1', username: 'root', port: 2200 }],
    ['2001:db8::1', { host: '2001:db8::1' }],
    [
      'ssh -J bastion -i ~/.ssh/id_ed25519 -o StrictHostKeyChecking=no deploy@web-1',
      { host: 'web-1', username: 'deploy', jump: 'bastion' },
    ],
    ['ssh -o Port=2200 -o "User deploy" web-1', { host: 'web-1', username: 'deploy', port: 2200 }],
    ['ssh -4 -v -A deploy@web-1 uptime', { host: 'web-1', username: 'deploy' }],
    ['user@domain@web-1', { host: 'web-1', username: 'user@domain' }],
  ])('reads %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each(['', '   ', 'ssh', 'ssh -p 22', 'ssh -p'])('finds no host in "%s"', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('lets an option win over the destination, as ssh does', () => {
    expect(parseAddress('ssh -l admin deploy@web-1 -p 2200')).toEqual({ host: 'web-1', username: 'admin', port: 2200 });
  });
});
