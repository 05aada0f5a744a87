import { parseAnsibleInventory } from './ansible-inventory.js';
import { parseCsv } from './csv.js';
import { parseSshConfig } from './ssh-config.js';

const reasons = ({ skipped }: { skipped: readonly { name: string; reason: string }[] }): Record<string, string> =>
  Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]));

describe('an ssh_config', () => {
  it('gives each concrete host the first value of every pattern that fits it', () => {
    const { items, skipped } = parseSshConfig(`
Host web1 web2
  HostName %h.example.org
  User deploy
  Port 2222

Host db
  HostName 192.0.2.7

Host *
  User fallback
  Port 22
  IdentityFile ~/.ssh/id_ed25519
`);
    expect(skipped).toEqual([]);
    expect(items).toEqual([
      {
        line: 2,
        name: 'web1',
        host: 'web1.example.org',
        port: 2222,
        username: 'deploy',
        tags: [],
        jump: null,
        note: 'IdentityFile ~/.ssh/id_ed25519',
      },
      {
        line: 2,
        name: 'web2',
        host: 'web2.example.org',
        port: 2222,
        username: 'deploy',
        tags: [],
        jump: null,
        note: 'IdentityFile ~/.ssh/id_ed25519',
      },
      {
        line: 7,
        name: 'db',
        host: '192.0.2.7',
        port: 22,
        username: 'fallback',
        tags: [],
        jump: null,
        note: 'IdentityFile ~/.ssh/id_ed25519',
      },
    ]);
  });

  it('keeps jumps: by name, written out, several in a row, and as ProxyCommand ssh -W', () => {
    const { items, skipped } = parseSshConfig(`
Host bastion
  HostName bastion.example.org
  User jump
Host a
  User u
  ProxyJump bastion
Host b
  User u
  ProxyJump gate@gate.example.org:2022
Host c
  User u
  ProxyJump one@one.example.org,two@two.example.org
Host d
  User u
  ProxyCommand ssh -W %h:%p bastion
Host e
  User u
  ProxyJump none
`);
    expect(skipped).toEqual([]);
    expect(Object.fromEntries(items.map(({ name, jump }) => [name, jump]))).toEqual({
      bastion: null,
      a: 'bastion',
      'gate.example.org': null,
      b: 'gate.example.org',
      'one.example.org': null,
      'two.example.org': 'one.example.org',
      c: 'two.example.org',
      d: 'bastion',
      e: null,
    });
    expect(items.find(({ name }) => name === 'gate.example.org')).toMatchObject({ port: 2022, username: 'gate' });
  });

  it('says why it leaves hosts out, and never runs what the text names', () => {
    const marker = `/tmp/lockstep-must-not-exist-${String(process.pid)}`;
    const answer = parseSshConfig(`
Include conf.d/*
Host nouser
  HostName a.example
Host odd
  User u
  ProxyCommand nc %h %p
Host bad
  User u
  Port 99999
Match exec "touch ${marker}"
  User root
Host good
  User u
`);
    expect(reasons(answer)).toEqual({
      Include: 'included files are not read; paste their text',
      nouser: 'it has no user name; add «User …» to it',
      odd: 'ProxyCommand is not supported; use ProxyJump',
      bad: '«99999» is not a port',
      Match: 'Match blocks are not read',
    });
    expect(answer.items.map(({ name }) => name)).toEqual(['good']);
  });

  it('honours refusals in patterns', () => {
    const { items } = parseSshConfig('Host a b\n  Port 22\nHost * !b\n  User x\nHost *\n  User y\n');
    expect(items.map(({ name, username }) => [name, username])).toEqual([
      ['a', 'x'],
      ['b', 'y'],
    ]);
  });

  it('reads two thousand hosts', () => {
    const text = Array.from(
      { length: 2_000 },
      (_, index) => `Host h${String(index)}\n  HostName h${String(index)}.example\n  User u`,
    ).join('\n');
    expect(parseSshConfig(text).items).toHaveLength(2_000);
  });
});

describe('an Ansible inventory', () => {
  it('turns groups into tags and lets the nearer variable win', () => {
    const { items, skipped } = parseAnsibleInventory(`
lonely ansible_host=192.0.2.1 ansible_user=root # a comment
[web]
web[01:03].example.org
special.example.org:2222 ansible_user="other" ansible_port=2200
[db]
db-[a:b] ansible_ssh_common_args='-o ProxyJump=ops@bastion.example.org'
[web:vars]
ansible_user=deploy
[prod:children]
web
db
[prod:vars]
ansible_user=general
ansible_port=22
`);
    expect(skipped).toEqual([]);
    expect(items.map(({ name, username, port, tags, jump }) => [name, username, port, tags.join(' '), jump])).toEqual([
      ['lonely', 'root', 22, '', null],
      ['web01.example.org', 'deploy', 22, 'web prod', null],
      ['web02.example.org', 'deploy', 22, 'web prod', null],
      ['web03.example.org', 'deploy', 22, 'web prod', null],
      ['special.example.org', 'other', 2200, 'web prod', null],
      ['db-a', 'general', 22, 'db prod', 'bastion.example.org'],
      ['db-b', 'general', 22, 'db prod', 'bastion.example.org'],
    ]);
    expect(items[0]).toMatchObject({ line: 2, host: '192.0.2.1' });
  });

  it('says why it leaves hosts out', () => {
    const answer = parseAnsibleInventory(
      'localhost ansible_connection=local\nplain\npw ansible_user=u ansible_password=x\n',
    );
    expect(reasons(answer)).toEqual({
      localhost: 'it is reached by ansible_connection=local, not by SSH',
      plain: 'it has no user name; add «ansible_user=…» to it or to its group',
    });
    expect(answer.items[0]?.note).toBe('its password is not taken over');
    expect(JSON.stringify(answer)).not.toContain('ansible_password');
  });

  it.each([
    ['[web\nx', /Line 1: «\[web» is not a group/],
    ['[w]\nx[1:99999999]', /Line 2: «x\[1:99999999\]» is not a host or a range/],
    ['[w:vars]\noops', /Line 2: a variable needs/],
  ])('refuses %j with the line', (text, message) => expect(() => parseAnsibleInventory(text)).toThrow(message));
});

describe('CSV', () => {
  it('reads columns in any order, by any usual name', () => {
    const { items, skipped } = parseCsv(
      '\uFEFFUser;Hostname;Name;Port;Tags;Other;jump\nroot;a.example;"Web; one";2222;prod web;x;bastion\nu;b.example;;;;;\n',
    );
    expect(skipped).toEqual([]);
    expect(items).toEqual([
      {
        line: 2,
        name: 'Web; one',
        host: 'a.example',
        port: 2222,
        username: 'root',
        tags: ['prod', 'web'],
        jump: 'bastion',
        note: null,
      },
      { line: 3, name: 'b.example', host: 'b.example', port: 22, username: 'u', tags: [], jump: null, note: null },
    ]);
  });

  it('says line by line why it leaves something out', () => {
    const { items, skipped } = parseCsv(
      'name,host,username,port,tags\na,a b,u,22,\nb,b.example,,22,\nc,c.example,u,x,\nd,d.example,u,22,no!\ne,e.example,u,22,\nE,f.example,u,22,\n',
    );
    expect(items.map(({ name }) => name)).toEqual(['e']);
    expect(skipped.map(({ line, reason }) => `${String(line)} ${reason}`)).toEqual([
      '2 «a b» is not a host name or address',
      '3 it has no user name; fill in the column «username»',
      '4 «x» is not a port',
      '5 «no!» cannot be a tag',
      '7 this name is in the text twice',
    ]);
  });

  it.each([
    ['name,port\nx,22', /Line 1 must name the columns; «host» is missing/],
    ['host,username\n"a,b', /This is not CSV/],
  ])('refuses %j', (text, message) => expect(() => parseCsv(text)).toThrow(message));
});
