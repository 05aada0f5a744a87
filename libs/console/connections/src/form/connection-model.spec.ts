import { credentialOf, emptyModel, fillFrom, readTags, toChange, toInput } from './connection-model';

describe('the connection form’s model', () => {
  it('fills host, user and port from a pasted line and names the connection after its host', () => {
    expect(fillFrom(emptyModel, { host: 'web-1', username: 'deploy', port: 2222 })).toMatchObject({
      host: 'web-1',
      username: 'deploy',
      port: '2222',
      name: 'web-1',
    });
  });

  it('keeps a name that one chose, and a user that the line does not tell', () => {
    const model = { ...emptyModel, name: 'The shop', host: 'old', username: 'deploy' };
    expect(fillFrom(model, { host: 'web-1' })).toMatchObject({ name: 'The shop', username: 'deploy', port: '22' });
  });

  it('reads tags in lower case, each once', () => {
    expect(readTags(' Web, production  web ')).toEqual(['web', 'production']);
  });

  it('sends no credential while editing when none was entered', () => {
    expect(credentialOf(emptyModel)).toBeUndefined();
    expect(toChange({ ...emptyModel, name: 'web-1', host: 'web-1', username: 'deploy' })).not.toHaveProperty(
      'credential',
    );
  });

  it('sends the key with its passphrase only when there is one', () => {
    const model = { ...emptyModel, privateKey: 'KEY' };
    expect(credentialOf(model)).toEqual({ kind: 'private_key', privateKey: 'KEY' });
    expect(credentialOf({ ...model, passphrase: 'secret' })).toEqual({
      kind: 'private_key',
      privateKey: 'KEY',
      passphrase: 'secret',
    });
  });

  it('turns text into what goes over the wire', () => {
    const model = {
      ...emptyModel,
      name: ' web-1 ',
      host: 'web-1',
      port: '2222',
      username: 'deploy',
      tags: 'web',
      jump: '7',
    };
    expect(toInput(model, { kind: 'password', password: 'secret' })).toEqual({
      name: 'web-1',
      host: 'web-1',
      port: 2222,
      username: 'deploy',
      platform: 'systemd',
      tags: ['web'],
      jumpConnectionId: 7,
      credential: { kind: 'password', password: 'secret' },
    });
  });
});
