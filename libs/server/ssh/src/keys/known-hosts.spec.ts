import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownHostName, matchesKnownHost, parseKnownHosts } from './known-hosts.js';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIHr7IVTx1yUdUeQzCgpdl5OYdpD4VlsCcm8LdpYzhP2a';
const matches = (names: string, host: string, port = 22): boolean => {
  const [known] = parseKnownHosts(`${names} ssh-ed25519 ${key}`).hosts;
  if (!known) throw new Error('not read');
  return matchesKnownHost(known, knownHostName(host, port));
};

describe('known_hosts', () => {
  it('gives the fingerprint that ssh-keygen gives', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-known-'));
    const path = join(folder, 'known_hosts');
    writeFileSync(path, `example.org ssh-ed25519 ${key}\n`);
    const printed = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ')[1];
    rmSync(folder, { recursive: true });
    expect(parseKnownHosts(`example.org ssh-ed25519 ${key}`).hosts[0]?.fingerprint).toBe(printed);
  });

  it('finds hashed names as ssh-keygen -H writes them, on port 22 and others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-known-'));
    const path = join(folder, 'known_hosts');
    writeFileSync(path, `example.org ssh-ed25519 ${key}\n[example.net]:2222 ssh-ed25519 ${key}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'pipe' });
    const { hosts, ignored } = parseKnownHosts(readFileSync(path, 'utf8'));
    rmSync(folder, { recursive: true });
    expect(ignored).toBe(0);
    expect(hosts.map(({ patterns }) => patterns)).toEqual([[], []]);
    const found = (host: string, port: number): number =>
      hosts.filter((known) => matchesKnownHost(known, knownHostName(host, port))).length;
    expect([
      found('example.org', 22),
      found('Example.ORG', 22),
      found('example.org', 2222),
      found('example.net', 2222),
    ]).toEqual([1, 1, 0, 1]);
  });

  it('understands lists, wildcards, refusals and ports', () => {
    expect(matches('a.example,192.0.2.7', '192.0.2.7')).toBe(true);
    expect(matches('*.example,!db.example', 'web.example')).toBe(true);
    expect(matches('*.example,!db.example', 'db.example')).toBe(false);
    expect(matches('web?.example', 'web1.example')).toBe(true);
    expect(matches('[a.example]:2222', 'a.example', 2222)).toBe(true);
    expect(matches('a.example', 'a.example', 2222)).toBe(false);
    expect(matches('a.example', 'aXexample')).toBe(false);
  });

  it('counts what it cannot use, with its reasons being markers, damage or a type that does not fit', () => {
    const text = [
      '# a comment',
      '',
      `@revoked a ssh-ed25519 ${key}`,
      `@cert-authority *.b ssh-ed25519 ${key}`,
      'c ssh-ed25519 %%%',
      `d ssh-rsa ${key}`,
      'e',
      `|2|x|y ssh-ed25519 ${key}`,
      `f ssh-ed25519 ${key} comment`,
    ].join('\n');
    const { hosts, ignored } = parseKnownHosts(text);
    expect(hosts.map(({ line, patterns }) => ({ line, patterns }))).toEqual([{ line: 9, patterns: ['f'] }]);
    expect(ignored).toBe(6);
  });
});
