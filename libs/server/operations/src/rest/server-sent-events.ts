import { once } from 'node:events';
import type { OperationEvent } from '@lockstep/contract';
import type { Response } from 'express';

/** Milliseconds between comments that keep proxies from closing a quiet stream. */
const keepAliveMs = 15_000;

/** Writes events as `text/event-stream` (WHATWG HTML §9.2), as fast as the client reads. The id is the sequence. */
export async function streamEvents(response: Response, events: AsyncIterable<OperationEvent>): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs);
  try {
    for await (const event of events) {
      const flowing = response.write(
        `id: ${String(event.sequence)}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`,
      );
      if (!flowing) await drained(response);
      if (response.destroyed) break;
    }
  } finally {
    clearInterval(keepAlive);
    response.end();
  }
}

/** Resolves when the client has read on, or has gone. Takes its listeners away again: a slow client makes many of them. */
async function drained(response: Response): Promise<void> {
  if (response.destroyed) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => undefined);
  waiting.abort();
}
