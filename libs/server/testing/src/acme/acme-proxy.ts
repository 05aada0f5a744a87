import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as forward } from 'node:https';
import { freePort } from '../process/free-port.js';
import type { Pebble } from './pebble.js';

/** Answers instead of the CA, to requests that fit. */
export interface Fault {
  readonly method?: string;
  /** Of the path; every one unless told. */
  readonly path?: RegExp;
  /** Of what the client signed (RFC 8555 §6.2); every one unless told. */
  readonly payload?: RegExp;
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** A problem document, or anything else. */
  readonly body?: unknown;
  /** How many requests meet it; all unless told. */
  readonly times?: number;
}

/** Gives the certificate chain (PEM) that a client sees, from the one that the CA issued and the client's request (PEM). */
export type ChainChange = (chain: string, signingRequest: string) => string | Promise<string>;

/** A CA as Pebble cannot be: one that limits rates, has renewal information, or issues what was not asked for. */
export interface AcmeProxy {
  readonly directoryUrl: string;
  /** Each request that arrived: `POST /order-plz`. */
  readonly requests: string[];
  /** All that was said both ways: heads, bodies, and what signed requests (RFC 7515) say inside. */
  readonly traffic: string[];
  addFault(fault: Fault): void;
  clearFaults(): void;
  /** Offers renewal information (RFC 9773) for every certificate. */
  suggestWindow(window: { start: Date; end: Date; explanationUrl?: string; retryAfter?: number }): void;
  changeChain(change: ChainChange | undefined): void;
  /** Requests to these paths reach nobody until `letGo`; then those go on whose client is still there. */
  hold(path: RegExp): void;
  letGo(): void;
  stop(): Promise<void>;
}

const renewalPath = '/renewal-info';
type Renewal = Parameters<AcmeProxy['suggestWindow']>[0];

interface State {
  readonly port: number;
  readonly requests: string[];
  readonly traffic: string[];
  faults: { fault: Fault; left: number }[];
  renewal: Renewal | undefined;
  changeChain: ChainChange | undefined;
  signingRequest: string;
  held: { readonly path: RegExp; readonly over: PromiseWithResolvers<void> } | undefined;
}

export async function startAcmeProxy(pebble: Pebble): Promise<AcmeProxy> {
  const port = await freePort();
  const state: State = {
    ...{
      port,
      requests: [],
      traffic: [],
      faults: [],
      renewal: undefined,
      changeChain: undefined,
      signingRequest: '',
      held: undefined,
    },
  };
  const server = createServer({ cert: pebble.tls.certificate, key: pebble.tls.key }, (request, response) => {
    answer(request, response, { pebble, state }).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return {
    directoryUrl: `https://127.0.0.1:${port}/dir`,
    requests: state.requests,
    traffic: state.traffic,
    addFault: (fault) => state.faults.push({ fault, left: fault.times ?? Infinity }),
    clearFaults: () => (state.faults = []),
    suggestWindow: (window) => (state.renewal = window),
    changeChain: (change) => (state.changeChain = change),
    hold: (path) => (state.held = { path, over: Promise.withResolvers() }),
    letGo: () => letGo(state),
    stop: async () => {
      letGo(state);
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function letGo(state: State): void {
  state.held?.over.resolve();
  state.held = undefined;
}

interface Context {
  readonly pebble: Pebble;
  readonly state: State;
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { state } = context;
  const { method = '', url = '' } = request;
  const body = await textOf(request);
  const payload = payloadOf(body);
  state.requests.push(`${method} ${url}`);
  state.traffic.push(`${method} ${url}`, JSON.stringify(request.headers), body, ...saidIn(body));
  if (state.held?.path.test(url)) {
    await state.held.over.promise;
    if (request.socket.destroyed) return;
  }
  const met = state.faults.find(
    ({ fault, left }) =>
      left > 0 &&
      (fault.method ?? method) === method &&
      (fault.path ?? /^/).test(url) &&
      (fault.payload ?? /^/).test(payload),
  );
  if (met) {
    met.left -= 1;
    return send(response, met.fault);
  }
  if (state.renewal && url.startsWith(`${renewalPath}/`)) return send(response, renewalAnswer(state.renewal));
  remember(payload, state);
  await passOn(request, response, { ...context, body });
}

function send(response: ServerResponse, { status, headers, body }: Fault): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

const renewalAnswer = ({ start, end, explanationUrl, retryAfter = 21_600 }: Renewal): Fault => ({
  status: 200,
  headers: { 'retry-after': String(retryAfter) },
  body: { suggestedWindow: { start, end }, ...(explanationUrl && { explanationURL: explanationUrl }) },
});

/** The parts of a signed request, decoded. */
const saidIn = (body: string): string[] =>
  body === ''
    ? []
    : Object.values(JSON.parse(body) as object).map((part) =>
        Buffer.from(String(part), 'base64url').toString('latin1'),
      );

function payloadOf(body: string): string {
  if (body === '') return '';
  const { payload = '' } = JSON.parse(body) as { payload?: string };
  return Buffer.from(payload, 'base64url').toString();
}

/** Keeps the signing request that a client hands in (RFC 8555 §7.4). */
function remember(text: string, state: State): void {
  if (!text.includes('"csr"')) return;
  const { csr } = JSON.parse(text) as { csr: string };
  const lines =
    Buffer.from(csr, 'base64url')
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  state.signingRequest = ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----\n'].join(
    '\n',
  );
}

/** The host header stays as it is, so Pebble names addresses here in what it answers. */
async function passOn(
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  { pebble, state, body }: Context & { readonly body: string },
): Promise<void> {
  const outgoing = forward({
    ...{ host: '127.0.0.1', port: pebble.port, ca: pebble.tls.certificate, agent: false },
    method,
    path: url,
    headers,
  });
  outgoing.end(body);
  const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = await change(await textOf(reply), { url, state });
  state.traffic.push(JSON.stringify(reply.headers), text);
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = reply.headers;
  response.writeHead(reply.statusCode ?? 502, kept).end(text);
}

async function change(text: string, { url, state }: { url: string; state: State }): Promise<string> {
  if (url === '/dir' && state.renewal) {
    const renewalInfo = `https://127.0.0.1:${state.port}${renewalPath}`;
    return JSON.stringify({ ...(JSON.parse(text) as object), renewalInfo });
  }
  if (!text.startsWith('-----BEGIN CERTIFICATE-----') || !state.changeChain) return text;
  return state.changeChain(text, state.signingRequest);
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of stream.setEncoding('utf8')) text += String(part);
  return text;
}
