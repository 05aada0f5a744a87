import { AcmeError } from '@lockstep/server-acme';
import { OperationFailure } from '@lockstep/server-operations';
import { SshError } from '@lockstep/server-ssh';
import { asOperationFailure, asProviderFailure } from './acme-failure.js';

const cause = new SshError('NETWORK_NOT_ALLOWED', 'Lockstep may not reach 10.0.0.5: 10.0.0.5 port 53 is not allowed.');

describe('what the network policy refuses', () => {
  it.each([
    ['UNREACHABLE', /^Lockstep may not reach 10\.0\.0\.5: .* LOCKSTEP_ALLOWED_NETWORKS\.$/],
    ['DNS_REFUSED', /^The name servers of zone\.test .*10\.0\.0\.5: .* LOCKSTEP_ALLOWED_NETWORKS\.$/],
  ] as const)('is told as that with the address and the setting, though it arrives as %s', (code, words) => {
    const error = new AcmeError(code, `The name servers of zone.test cannot be asked: ${cause.message}`, { cause });
    for (const failure of [asOperationFailure(error), asOperationFailure(asProviderFailure(error))]) {
      expect(failure).toBeInstanceOf(OperationFailure);
      expect(failure).toMatchObject({ code: 'NETWORK_NOT_ALLOWED', message: expect.stringMatching(words) as string });
    }
  });

  it('is not what a DNS server refuses itself', () => {
    const refused = new AcmeError('DNS_REFUSED', 'The DNS server refuses the update.', { cause: new Error('REFUSED') });
    expect(asOperationFailure(refused)).toMatchObject({ code: 'DNS_REFUSED' });
  });
});
