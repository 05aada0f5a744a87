import { existsSync } from 'node:fs';
import { parseAnsibleInventory } from './ansible-inventory.js';

const reasons = (text: string): Record<string, string> =>
  Object.fromEntries(parseAnsibleInventory(text).skipped.map(({ name, reason }) => [name, reason]));

describe('an Ansible inventory in YAML', () => {
  it('turns groups into tags and lets the nearer variable win', () => {
    const { items, skipped } = parseAnsibleInventory(`# a comment first
all:
  hosts:
    lonely: { ansible_host: 192.0.2.1, ansible_user: root }
  vars:
    ansible_port: 2222
  children:
    prod:
      vars:
        ansible_user: general
      children:
        web:
          hosts:
            web[01:03].example.org:
            special.example.org:
              ansible_user: "other"
              ansible_port: 2200
              ansible_ssh_private_key_file: ~/.ssh/id_special
          vars:
            ansible_user: deploy
        db:
          hosts:
            db-[a:b]:
              ansible_ssh_common_args: '-o ProxyJump=ops@bastion.example.org'
    ungrouped:
      hosts:
        lonely:
`);
    expect(skipped).toEqual([]);
    expect(items.map(({ name, username, port, tags, jump }) => [name, username, port, tags.join(' '), jump])).toEqual([
      ['lonely', 'root', 2222, '', null],
      ['web01.example.org', 'deploy', 2222, 'web prod', null],
      ['web02.example.org', 'deploy', 2222, 'web prod', null],
      ['web03.example.org', 'deploy', 2222, 'web prod', null],
      ['special.example.org', 'other', 2200, 'web prod', null],
      ['db-a', 'general', 2222, 'db prod', 'bastion.example.org'],
      ['db-b', 'general', 2222, 'db prod', 'bastion.example.org'],
    ]);
    expect(items[0]).toMatchObject({ line: 4, host: '192.0.2.1' });
    expect(items[4]?.note).toBe('key file ~/.ssh/id_special');
  });

  it('says the same as its INI form', () => {
    const ini = '[web]\nw[1:2] ansible_host=10.0.0.1\n[web:vars]\nansible_user=u\n[all:vars]\nansible_port=22\n';
    const yaml =
      'web:\n  hosts:\n    w[1:2]:\n      ansible_host: 10.0.0.1\n  vars: {ansible_user: u}\nall:\n  vars: {ansible_port: 22}\n';
    const bare = (text: string) => parseAnsibleInventory(text).items.map((item) => ({ ...item, line: null }));
    expect(bare(yaml)).toEqual(bare(ini));
    expect(bare(yaml)).toHaveLength(2);
  });

  it('reads names and numbers as they are written', () => {
    const { items } = parseAnsibleInventory(
      'all:\n  hosts:\n    0x10: {ansible_user: 007, ansible_host: 10.1}\n    on: {ansible_user: u}\n',
    );
    expect(items.map(({ name, username, host }) => [name, username, host])).toEqual([
      ['0x10', '007', '10.1'],
      ['on', 'u', 'on'],
    ]);
  });

  it('follows aliases and merged mappings, of which its own entries win', () => {
    const { items } = parseAnsibleInventory(`
all:
  vars: &common { ansible_user: common, ansible_port: 2201 }
  children:
    a:
      vars: { <<: *common, ansible_port: 2202 }
      hosts: &hosts { a-1: , a-2: { ansible_user: own } }
    b:
      hosts: *hosts
`);
    expect(items.map(({ name, username, port, tags }) => [name, username, port, tags.join(' ')])).toEqual([
      ['a-1', 'common', 2202, 'a b'],
      ['a-2', 'own', 2202, 'a b'],
    ]);
  });

  it('tells of passwords, encrypted or not, and takes none over', () => {
    const answer = parseAnsibleInventory(`
all:
  vars: { ansible_user: u }
  hosts:
    plain: { ansible_password: secret-canary }
    sealed:
      ansible_become_password: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        3133
      ansible_ssh_pass: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        3134
`);
    expect(answer.items.map(({ name, note }) => [name, note])).toEqual([
      ['plain', 'its password is not taken over'],
      ['sealed', 'its password is not taken over'],
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/canary|VAULT/);
  });

  it('executes nothing: templates, look-ups and tags stay text', () => {
    const marker = `/tmp/lockstep-must-not-exist-${String(process.pid)}`;
    const text = `
all:
  vars: { ansible_user: u, other: !!python/object/apply:os.system ["touch ${marker}"] }
  hosts:
    piped: { ansible_host: "{{ lookup('pipe', 'touch ${marker}') }}" }
    local: { ansible_connection: local }
`;
    expect(Object.keys(reasons(text))).toEqual(['local', 'piped']);
    expect(reasons(text)['piped']).toMatch(/^«\{\{ lookup.* is not a host name or address$/);
    expect(existsSync(marker)).toBe(false);
  });

  const bomb = ['a0: &a0 { hosts: { x: } }']
    .concat(
      Array.from(
        { length: 20 },
        (_, n) => `a${String(n + 1)}: &a${String(n + 1)} { children: { l: *a${String(n)}, r: *a${String(n)} } }`,
      ),
    )
    .join('\n');

  it.each([
    ['all:\n  hosts:\n    h: {ansible_user: !vault x}\n', /^Line 3: «ansible_user» is encrypted \(!vault\)/],
    ['$ANSIBLE_VAULT;1.1;AES256\n6162', /^Line 1: this is encrypted by ansible-vault/],
    ['plugin: amazon.aws.aws_ec2\nregions: [eu]\n', /^Line 1: an inventory plugin is not run/],
    ['all:\n  hosts:\n    - a\n    - b\n', /^Line 3: «hosts» must be a mapping/],
    ['---\n- a\n', /^Line 2: an inventory must be a mapping/],
    ['all:\n  host:\n    a:\n', /^Line 2: a group has «hosts», «children» and «vars», not «host»/],
    ['all:\n  hosts:\n    x[1:99999999]:\n', /^Line 3: «x\[1:99999999\]» is not a host or a range/],
    ['all:\n  hosts: *nowhere\n', /^Line 2: the alias «\*nowhere» leads nowhere/],
    ['all:\n  hosts: {\n', /^Line \d: this is not YAML/],
    ['---\nall:\n---\nall:\n', /^Line 3: this is not YAML/],
    ['all: &all\n  children:\n    more: *all\n', /^Line \d: what is nested more than 32 deep/],
    [`all: ${'{a: '.repeat(30_000)}${'}'.repeat(30_000)}`, /nested too deep/],
    [
      `all: {children: ${'{a: {children: '.repeat(20)}{}${'}}'.repeat(20)}}`,
      /^Line 1: what is nested more than 32 deep/,
    ],
    [bomb, /^Line \d+: (?:with its aliases this is too long|what is nested)/],
  ])('refuses %.60j', (text, message) => expect(() => parseAnsibleInventory(text)).toThrow(message));
});
