import { NotificationTargetInput } from '@lockstep/contract';
import { emptyChannel, modelOf, readAddresses, targetOf } from './channel-model';

describe('the form of a channel', () => {
  const mail = {
    ...emptyChannel,
    host: ' mail.example.org ',
    from: 'lockstep@example.org',
    to: 'ada@example.org, bob@example.org',
  };

  it('leaves a secret out that was not typed, so that the stored one stays', () => {
    expect(targetOf({ ...mail, username: 'lockstep' })).not.toHaveProperty('password');
    expect(targetOf({ ...mail, username: 'lockstep', password: ' as typed ' })).toHaveProperty(
      'password',
      ' as typed ',
    );
    expect(targetOf({ ...emptyChannel, kind: 'slack' })).toEqual({ kind: 'slack' });
  });

  it('takes the password away with the user', () => {
    expect(targetOf(mail)).toMatchObject({ username: null, password: null });
  });

  it('gives what the contract takes, for every kind', () => {
    const models = [
      mail,
      { ...emptyChannel, kind: 'webhook' as const, url: 'https://example.org/hook' },
      { ...emptyChannel, kind: 'slack' as const, slackUrl: 'https://hooks.slack.example/services/x' },
      { ...emptyChannel, kind: 'ntfy' as const, topic: 'ops' },
    ];
    for (const model of models) expect(NotificationTargetInput.safeParse(targetOf(model)).error).toBeUndefined();
  });

  it('is filled from what is stored, and says the same again', () => {
    const target = {
      ...{ kind: 'email' as const, host: 'mail.example.org', port: 587, security: 'starttls' as const },
      ...{ username: 'lockstep', from: 'lockstep@example.org', to: ['ada@example.org', 'bob@example.org'] },
    };
    expect(targetOf(modelOf({ name: 'pager', target }))).toEqual(target);
  });

  it('reads addresses however they are set apart', () => {
    expect(readAddresses(' a@example.org; b@example.org,\nc@example.org ')).toEqual([
      'a@example.org',
      'b@example.org',
      'c@example.org',
    ]);
  });
});
