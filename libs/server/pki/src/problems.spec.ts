import type { X509Certificate } from 'node:crypto';
import { type Party, type PartyOptions, makeParty } from './chain.spec-support.js';
import { factsOf } from './facts.js';
import { keyFits } from './keys.js';
import { PkiError, readCertificates, toPem } from './pem.js';
import { covers, findProblems } from './problems.js';

describe('the problems of a chain', () => {
  let root: Party;
  let middle: Party;
  let leaf: Party;
  const at = new Date();
  const day = 86_400_000;

  beforeAll(async () => {
    root = await makeParty('Root', { isAuthority: true });
    middle = await makeParty('Middle', { issuer: root, isAuthority: true });
    leaf = await makeParty('Leaf', { issuer: middle, names: ['shop.example', '*.shop.example', '192.0.2.7'] });
  });

  const codes = (
    parties: readonly [Party, ...Party[]],
    name = 'shop.example',
    roots: X509Certificate[] = [],
  ): string[] => {
    const [first, ...others] = parties.map(({ certificate }) => certificate);
    if (!first) throw new Error('no leaf');
    return findProblems([first, ...others], { names: [name], at, roots }).map(({ code }) => code);
  };
  const leafWith = (options: PartyOptions): Promise<Party> =>
    makeParty('Leaf', { issuer: middle, names: ['shop.example'], ...options });

  it('are none when it is complete and its root is trusted, sent or not', () => {
    expect(codes([leaf, middle], 'shop.example', [root.certificate])).toEqual([]);
    expect(codes([leaf, middle, root], 'shop.example', [root.certificate])).toEqual([]);
  });

  it('tell a private authority from an issuer that is not sent', () => {
    expect(codes([leaf, middle, root])).toEqual(['unknown_authority']);
    expect(codes([leaf, middle])).toEqual(['unknown_authority']);
    expect(codes([leaf])).toEqual(['incomplete_chain']);
    expect(codes([leaf, root], 'shop.example', [root.certificate])).toEqual(['incomplete_chain']);
  });

  it('tell when it is not sent in order', () => {
    expect(codes([leaf, root, middle], 'shop.example', [root.certificate])).toEqual(['chain_out_of_order']);
  });

  it('are found by the clock, for any of its certificates', async () => {
    const expired = await leafWith({ notAfter: new Date(at.getTime() - 1_000) });
    expect(codes([expired, middle], 'shop.example', [root.certificate])).toEqual(['expired']);
    const early = await leafWith({ notBefore: new Date(at.getTime() + day) });
    expect(codes([early, middle], 'shop.example', [root.certificate])).toEqual(['not_yet_valid']);
    const oldMiddle = await makeParty('Middle', {
      issuer: root,
      isAuthority: true,
      notAfter: new Date(at.getTime() - day),
    });
    const below = await makeParty('Leaf', { issuer: oldMiddle, names: ['shop.example'] });
    expect(codes([below, oldMiddle], 'shop.example', [root.certificate])).toEqual(['expired']);
  });

  it.each([
    ['shop.example', true],
    ['SHOP.example', true],
    ['www.shop.example', true],
    ['*.shop.example', true],
    ['192.0.2.7', true],
    ['a.b.shop.example', false],
    ['*.b.shop.example', false],
    ['example', false],
    ['192.0.2.8', false],
    ['Leaf', false],
  ])('know whether it is good for %s: %s', (name, expected) => {
    expect(covers(leaf.certificate, name)).toBe(expected);
    expect(codes([leaf, middle], name, [root.certificate])).toEqual(expected ? [] : ['name_mismatch']);
  });

  it('name weak keys and signatures', async () => {
    expect(codes([await leafWith({ rsaBits: 1_024 }), middle], 'shop.example', [root.certificate])).toEqual([
      'weak_key',
    ]);
    expect(codes([await leafWith({ hash: 'SHA-1' }), middle], 'shop.example', [root.certificate])).toEqual([
      'weak_signature',
    ]);
  });

  it('are not made by a certificate that only bears the issuer’s name', async () => {
    const impostor = await makeParty('Middle', { isAuthority: true });
    expect(codes([leaf, impostor], 'shop.example', [impostor.certificate])).toEqual(['incomplete_chain']);
  });

  it('are read from PEM, whatever stands between', () => {
    const text = `a note\n${toPem([leaf.certificate])}\nanother\n${toPem([middle.certificate])}`;
    expect(readCertificates(text).map(({ subject }) => subject)).toEqual(['CN=Leaf', 'CN=Middle']);
    expect(() => readCertificates('nothing')).toThrow(PkiError);
    expect(() => readCertificates('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toThrow(
      'Certificate 1 in this text cannot be read.',
    );
  });

  it('stand beside the facts', () => {
    expect(factsOf(leaf.certificate)).toMatchObject({
      subject: 'CN=Leaf',
      issuer: 'CN=Middle',
      names: ['shop.example', '*.shop.example', '192.0.2.7'],
      keyType: 'ecdsa-p256',
      fingerprint: leaf.certificate.fingerprint256,
    });
    expect(keyFits(leaf.certificate, leaf.key)).toBe(true);
    expect(keyFits(leaf.certificate, middle.key)).toBe(false);
  });
});
