import { IssuerChange, IssuerInput, type Issuer } from '@lockstep/contract';
import { emptyIssuer, modelOf, type IssuerModel } from './issuer-model';
import { toChange, toInput } from './issuer-wire';

const acme: IssuerModel = {
  ...emptyIssuer,
  name: 'Let’s Encrypt',
  directoryUrl: 'https://acme.example/directory',
  email: 'ops@example.net',
  agreed: true,
};
const byUpdate: IssuerModel = {
  ...acme,
  proof: 'dns',
  provider: 'rfc2136',
  server: 'ns1.example.net',
  tsigName: 'lockstep',
  tsigSecret: 'c2VjcmV0',
  resolvers: '9.9.9.9\n[2620:fe::fe]:53',
};

describe('the form of an issuer', () => {
  it.each<[string, IssuerModel]>([
    ['an internal authority', { ...emptyIssuer, name: 'lab', kind: 'internal', permittedNames: 'lab.example' }],
    ['one whose requests are carried', { ...emptyIssuer, name: 'hand', kind: 'manual' }],
    ['ACME by a file on the host', { ...acme, folder: '/var/www/acme', proofConnectionId: '7' }],
    [
      'ACME that is tried at a staging',
      { ...acme, proof: 'lockstep', stagingDirectoryUrl: 'https://staging.example/dir' },
    ],
    ['ACME answered by Lockstep', { ...acme, proof: 'lockstep', eabKid: 'kid', eabKey: 'aGVsbG8' }],
    ['ACME by DNS updates', byUpdate],
    ['ACME by Cloudflare', { ...acme, proof: 'dns', provider: 'cloudflare', apiToken: 'token' }],
    ['ACME by Route 53', { ...acme, proof: 'dns', provider: 'route53', accessKeyId: 'AKIA', secretAccessKey: 's' }],
    ['ACME by a program', { ...acme, proof: 'dns', provider: 'command', program: 'put-record.sh' }],
  ])('sends what the contract takes: %s', (_, model) => {
    expect(IssuerInput.safeParse(toInput(model)).error).toBeUndefined();
    expect(IssuerChange.safeParse(toChange(model)).error).toBeUndefined();
  });

  it('keeps a stored secret that nobody entered anew, and takes away what was emptied', () => {
    const stored = {
      name: 'x',
      kind: 'acme',
      internal: null,
      acme: {
        ...(IssuerInput.parse(toInput(byUpdate)) as { acme: object }).acme,
        eab: { kid: 'kid' },
        trustedRoots: 'PEM',
        stagingDirectoryUrl: 'https://staging.example/dir',
      },
    } as unknown as Issuer;
    const model = { ...modelOf(stored), tsigSecret: '', eabKid: '', trustedRoots: '' };
    expect(toChange(model)).toMatchObject({ acme: { stagingDirectoryUrl: 'https://staging.example/dir' } });
    expect(toChange({ ...model, stagingDirectoryUrl: '' })).toMatchObject({ acme: { stagingDirectoryUrl: null } });
    expect(toChange(model)).toMatchObject({ acme: { eab: null, trustedRoots: null } });
    expect(JSON.stringify(toChange(model))).not.toContain('secret');
  });
});
