import type { OperationEvent } from '@lockstep/contract';
import type { ApiClient } from './api-client.js';

interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: OperationEvent;
}

/** Reads server-sent events until the server ends the stream, or for 20 s. */
export async function readEventStream(
  client: ApiClient,
  path: string,
  more: { headers?: Record<string, string> } = {},
): Promise<{ events: StreamedEvent[]; endedByServer: boolean }> {
  const response = await fetch(`${client.url}/api${path}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${client.token ?? ''}`, ...more.headers },
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    throw new Error(`No stream: ${String(response.status)} ${await response.text()}`);
  }
  let text = '';
  let endedByServer = true;
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    endedByServer = false;
  }
  return { events: text.split('\n\n').flatMap(parseBlock), endedByServer };
}

/** One block of WHATWG HTML §9.2.5; comments and unfinished blocks are none. */
function parseBlock(block: string): StreamedEvent[] {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  const data = fields.get('data');
  return data === undefined
    ? []
    : [{ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) as OperationEvent }];
}
