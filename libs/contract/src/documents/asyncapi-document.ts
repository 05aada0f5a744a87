/** The AsyncAPI 3 document of the socket: every event, its payload and its acknowledgement. */
import { clientEvents, serverEvents, handshakeErrors, socketPath } from '../socket-events.js';
import { SchemaCollection, type JsonSchema } from './json-schemas.js';
import type { DocumentOptions } from './openapi-document.js';

const description = [
  'Socket.IO 4, websocket transport only. The handshake carries `auth: { token }`;',
  `without one it ends with «${handshakeErrors.missing}», with a bad one with «${handshakeErrors.invalid}».`,
  'Every client event is acknowledged with `{ ok: true, … }` or `{ ok: false, error: { code, message } }`.',
].join(' ');

/** A name for use in references, where a colon would be escaped by some tools. */
const key = (event: string): string => event.replace(/:(\w)/, (_match, letter: string) => letter.toUpperCase());

/** Builds the whole document from the event map. Pure. */
export function buildAsyncapiDocument(options: DocumentOptions): JsonSchema {
  const schemas = new SchemaCollection();
  const messages: Record<string, JsonSchema> = {};
  const operations: Record<string, JsonSchema> = {};
  for (const [name, event] of Object.entries(clientEvents)) {
    messages[key(name)] = { name, summary: event.summary, payload: schemas.describe(event.payload, 'input') };
    messages[`${key(name)}Answer`] = {
      name: `${name} (acknowledgement)`,
      payload: schemas.describe(event.answer, 'output'),
    };
    operations[key(name)] = {
      action: 'receive',
      channel: { $ref: '#/channels/console' },
      summary: event.summary,
      'x-requires': event.permission,
      messages: [reference(key(name))],
      reply: { channel: { $ref: '#/channels/console' }, messages: [reference(`${key(name)}Answer`)] },
    };
  }
  for (const [name, event] of Object.entries(serverEvents)) {
    messages[key(name)] = { name, summary: event.summary, payload: schemas.describe(event.payload, 'output') };
    operations[key(name)] = {
      action: 'send',
      channel: { $ref: '#/channels/console' },
      summary: event.summary,
      messages: [reference(key(name))],
    };
  }
  const references = Object.fromEntries(
    Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
  );
  return {
    asyncapi: '3.0.0',
    info: { title: 'Lockstep live events', version: options.version, description },
    defaultContentType: 'application/json',
    channels: { console: { address: socketPath, messages: references } },
    operations,
    components: { messages, schemas: schemas.components() },
  };
}

const reference = (message: string): JsonSchema => ({ $ref: `#/channels/console/messages/${message}` });
