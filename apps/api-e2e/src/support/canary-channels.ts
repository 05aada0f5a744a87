import type { NotificationChannel, NotificationTest } from '@lockstep/contract';
import type { HookReceiver, Mailbox } from '@lockstep/server-testing';
import type { Witness } from './witness.js';

type ChannelSecret = 'smtpPassword' | 'wrongSmtpPassword' | 'slackPath' | 'signingSecret' | 'ntfyToken' | 'misplaced';

interface Place {
  readonly witness: Witness;
  readonly admin: string;
  readonly secrets: Readonly<Record<ChannelSecret, string>>;
  readonly mailbox: Mailbox;
  readonly hook: HookReceiver;
}

/** Tries a channel of each kind on real other sides, one of which repeats what it was sent. Answers how that went. */
export async function useChannels({ witness, admin, secrets, mailbox, hook }: Place): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  const mail = { kind: 'email', host: 'localhost', port: mailbox.port, security: 'tls', username: 'lockstep' };
  const addresses = { from: 'lockstep@example.org', to: ['ada@example.org'] };
  const targets = [
    { ...mail, ...addresses, password: secrets.smtpPassword },
    { ...mail, ...addresses, password: secrets.wrongSmtpPassword },
    { kind: 'slack', url: `${hook.url}/services/${secrets.slackPath}` },
    { kind: 'webhook', url: hook.url, secret: secrets.signingSecret },
    { kind: 'ntfy', server: hook.url, topic: 'ops', token: secrets.ntfyToken },
  ];
  for (const [index, target] of targets.entries()) {
    const name = `channel ${String(index)}`;
    const call = { token: admin, body: { name, target } };
    const { id } = await witness.say<NotificationChannel>('POST /notification-channels', call);
    if (target.kind === 'ntfy') hook.answers.push({ status: 500, body: `you sent Bearer ${secrets.ntfyToken}` });
    const line = `POST /notification-channels/${String(id)}/test`;
    const { delivered } = await witness.say<NotificationTest>(line, { token: admin });
    outcomes[name] = `${target.kind} ${String(delivered)}`;
  }
  const misplaced = { name: 'misplaced', target: { kind: 'slack', url: secrets.misplaced } };
  await witness.say('POST /notification-channels', { token: admin, body: misplaced });
  await witness.say('GET /notification-channels', { token: admin });
  return outcomes;
}
