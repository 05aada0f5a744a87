import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import type { OperationEvent } from '@lockstep/contract';
import type { Response } from 'express';
import { streamEvents } from './server-sent-events.js';

/** A response whose client reads one event at a time. */
class SlowResponse extends EventEmitter {
  destroyed = false;
  most = 0;
  readonly written: string[] = [];
  writeHead = jest.fn();
  flushHeaders = jest.fn();
  end = jest.fn();

  write(text: string): boolean {
    this.written.push(text);
    setImmediate(() => {
      this.most = Math.max(this.most, this.listenerCount('close'), this.listenerCount('drain'));
      this.emit('drain');
    });
    return false;
  }
}

const event = (sequence: number): OperationEvent => ({ sequence, kind: 'progress' }) as OperationEvent;

describe('an event stream to a slow client', () => {
  it('waits for it after each event, and leaves no listener behind', async () => {
    const response = new SlowResponse();
    async function* events(): AsyncGenerator<OperationEvent> {
      for (let sequence = 1; sequence <= 30; sequence += 1) yield await Promise.resolve(event(sequence));
    }
    await streamEvents(response as unknown as Response, events());
    expect(response.written).toHaveLength(30);
    expect(response.most).toBe(1);
    expect(response.listenerCount('close') + response.listenerCount('drain') + response.listenerCount('error')).toBe(0);
    expect(response.end).toHaveBeenCalledTimes(1);
  });

  it('ends when the client goes', async () => {
    const response = new SlowResponse();
    async function* events(): AsyncGenerator<OperationEvent> {
      yield await Promise.resolve(event(1));
      response.destroyed = true;
      yield event(2);
      yield event(3);
    }
    await streamEvents(response as unknown as Response, events());
    expect(response.written).toHaveLength(2);
  });
});
