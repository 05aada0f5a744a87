import { notificationEvents } from '@lockstep/contract';
import { channelState, eventSentence, eventTitle, targetWords } from './channel-words';

describe('the words for channels', () => {
  it('tell a channel that was never used from one that works, fails, or is off', () => {
    const of = (more: object) =>
      channelState({ enabled: true, failingSince: null, lastDeliveredAt: null, ...more }).word;
    const [now, before] = ['2026-11-23T02:00:00.000Z', '2026-11-22T02:00:00.000Z'];
    expect([of({}), of({ lastDeliveredAt: now }), of({ lastDeliveredAt: before, failingSince: now })]).toEqual([
      'Not tried yet',
      'Working',
      'Failing',
    ]);
    expect(of({ enabled: false, failingSince: now })).toBe('Off');
  });

  it('say where a channel leads', () => {
    const mail = {
      host: 'mail.example.org',
      port: 465,
      security: 'tls',
      username: null,
      from: 'a@example.org',
    } as const;
    expect(targetWords({ kind: 'email', ...mail, to: ['ada@example.org'] })).toBe('ada@example.org');
    expect(targetWords({ kind: 'email', ...mail, to: ['ada@example.org', 'b@example.org', 'c@example.org'] })).toBe(
      'ada@example.org and 2 more',
    );
    expect(targetWords({ kind: 'ntfy', server: 'https://ntfy.sh', topic: 'ops', priority: 3 })).toBe('ops on ntfy.sh');
  });

  it('are there for every event, and differ', () => {
    for (const words of [eventTitle, eventSentence])
      expect(new Set(notificationEvents.map(words)).size).toBe(notificationEvents.length);
  });
});
