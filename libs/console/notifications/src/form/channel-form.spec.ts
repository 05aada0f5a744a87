import { TestBed } from '@angular/core/testing';
import { Api } from '@lockstep/console-api';
import type { NotificationChannel } from '@lockstep/contract';
import { ChannelForm } from './channel-form';

const pager: NotificationChannel = {
  id: 3,
  name: 'Pager',
  target: { kind: 'webhook', url: 'https://pager.example.net/hook' },
  hasSecret: true,
  enabled: true,
  events: ['operation_failed'],
  byPersonsToo: false,
  connectionIds: [],
  tags: [],
  lastDeliveredAt: null,
  failingSince: null,
  lastAnswer: null,
  waiting: 0,
  pausedUntil: null,
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
};

describe('ChannelForm', () => {
  async function show() {
    TestBed.configureTestingModule({
      providers: [{ provide: Api, useValue: { invoke: () => Promise.resolve({ items: [] }) } }],
    });
    const fixture = TestBed.createComponent(ChannelForm);
    const take = async (channel: NotificationChannel) => {
      fixture.componentRef.setInput('channel', channel);
      await fixture.whenStable();
    };
    await take(pager);
    const name = (fixture.nativeElement as HTMLElement).querySelector<HTMLInputElement>('lockstep-field input')!;
    return { take, name };
  }

  it('keeps what one has typed when a message fares otherwise, and shows what was saved', async () => {
    const { take, name } = await show();
    expect(name.value).toBe('Pager');
    name.value = 'Pager of the night';
    name.dispatchEvent(new Event('input'));
    await take({ ...pager, lastAnswer: '200 OK', lastDeliveredAt: '2026-11-22T11:00:00.000Z' });
    expect(name.value).toBe('Pager of the night');
    await take({ ...pager, name: 'Pager by day', updatedAt: '2026-11-22T12:00:00.000Z' });
    expect(name.value).toBe('Pager by day');
  });
});
