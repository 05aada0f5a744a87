import { CertificateInput, type Connection, type DiscoverAnswer, type Service } from '@lockstep/contract';
import { certificateOf, targetOf } from '../certificate.testing';
import { modelOf, readDomains, toInput } from './certificate-model';
import { findConnection, proposeCertificate, proposeFiles, proposeServer, proposeVerification } from './proposals';
import { emptyTarget, readEndpoint, toTargetInput, writeEndpoint } from './target-model';

const address = { host: '10.0.0.7', port: '8443', serverName: 'shop.example' };
const service = (name: string, state: Service['state'] = 'active') => ({ name, state }) as Service;

describe('the certificate form’s model', () => {
  it('gives back what it was made of', () => {
    const certificate = certificateOf({
      domains: ['shop.example', '*.shop.example'],
      targets: [
        targetOf({
          mode: '0640',
          reload: { command: 'systemctl reload nginx' },
          check: { command: 'nginx -t' },
          verify: [{ host: '10.0.0.7', port: 8443, serverName: 'shop.example' }],
        }),
      ],
    });
    const input = toInput(modelOf(certificate));
    expect(CertificateInput.parse(input)).toMatchObject({
      name: 'shop',
      domains: ['shop.example', '*.shop.example'],
      targets: [
        {
          connectionId: 1,
          mode: '0640',
          reload: { command: 'systemctl reload nginx' },
          verify: [{ host: '10.0.0.7', port: 8443, serverName: 'shop.example' }],
        },
      ],
    });
    expect(input.targets?.[0]).not.toHaveProperty('owner');
  });

  it('reads names in lower case, each once', () => {
    expect(readDomains(' Shop.example, www.shop.example\nshop.example')).toEqual(['shop.example', 'www.shop.example']);
  });

  it('reads and writes endpoints', () => {
    expect(readEndpoint('10.0.0.7:8443 shop.example')).toEqual({
      host: '10.0.0.7',
      port: 8443,
      serverName: 'shop.example',
    });
    expect(readEndpoint('shop.example')).toEqual({ host: 'shop.example', port: 443, serverName: 'shop.example' });
    expect(readEndpoint('shop.example:99999')).toBeNull();
    expect(readEndpoint('[2001:db8::1]:443 a.example')?.host).toBe('2001:db8::1');
    expect(writeEndpoint({ host: '2001:db8::1', port: 443, serverName: 'a.example' })).toBe(
      '[2001:db8::1]:443 a.example',
    );
    expect(toTargetInput({ ...emptyTarget, reloadKind: 'none', verify: 'a.example\n\n' }).verify).toHaveLength(1);
  });
});

describe('proposals', () => {
  it('takes over what the port shows', () => {
    const leaf = { names: ['*.shop.example', 'shop.example'], keyType: 'rsa-2048' };
    expect(proposeCertificate({ leaf, serverName: 'shop.example' } as DiscoverAnswer)).toEqual({
      name: 'shop.example',
      domains: '*.shop.example\nshop.example',
      keyType: 'rsa-2048',
    });
    const odd = { names: [], keyType: 'ed25519' };
    expect(proposeCertificate({ leaf: odd as unknown, serverName: 'a.example' } as DiscoverAnswer)).toMatchObject({
      domains: 'a.example',
      keyType: 'ecdsa-p256',
    });
  });

  it('finds the connection by its host before its name', () => {
    const connections = [
      { id: 1, host: '10.0.0.9', name: '10.0.0.7' },
      { id: 2, host: '10.0.0.7', name: 'web-1' },
    ] as Connection[];
    expect(findConnection(connections, { address, answer: null })?.id).toBe(2);
    expect(findConnection(connections.slice(0, 1), { address, answer: null })?.id).toBe(1);
    expect(findConnection([], { address, answer: null })).toBeUndefined();
  });

  it('proposes paths, the server that runs, and where to look', () => {
    expect(proposeFiles('The Shop!')).toEqual({
      certificatePath: '/etc/ssl/certs/the-shop.pem',
      keyPath: '/etc/ssl/private/the-shop.key',
    });
    expect(
      proposeServer([service('ssh.service'), service('nginx.service', 'failed'), service('apache2.service')]),
    ).toEqual({
      reloadService: 'apache2.service',
      check: 'sudo -n apachectl configtest',
    });
    expect(proposeServer([service('cron.service')])).toBeNull();
    expect(proposeVerification({ host: '10.0.0.9' }, { address, domains: ['a.example', 'shop.example'] })).toBe(
      '10.0.0.7:8443 shop.example',
    );
    expect(proposeVerification({ host: '10.0.0.9' }, { address: null, domains: ['*.a.example', 'a.example'] })).toBe(
      '10.0.0.9:443 a.example',
    );
  });
});
