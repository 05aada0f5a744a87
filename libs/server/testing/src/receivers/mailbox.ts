import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { makeTlsIdentity } from '../acme/tls-identity.js';
import { freePort } from '../process/free-port.js';

/** A message as it arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Whether the connection was encrypted, and who had signed in on it. */
  readonly secure: boolean;
  readonly user: string | undefined;
  /** By lower-case name, unfolded. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Instead of taking a message. `cut`: it is taken, and the line breaks before the sender hears so. */
export type MailFault = { readonly code: number; readonly words: string } | 'cut';

/** A mail server that keeps what it gets. */
export interface Mailbox {
  readonly port: number;
  /** PEM, of `localhost` and 127.0.0.1. */
  readonly certificate: string;
  /** The same as a file, for NODE_EXTRA_CA_CERTS. */
  readonly certificatePath: string;
  readonly mails: ReceivedMail[];
  /** The next messages meet these, one each; later ones are taken. */
  readonly faults: MailFault[];
  /** Recipients that are refused for good. */
  readonly refused: Set<string>;
  stop(): Promise<void>;
}

export interface MailboxOptions {
  /** `tls` from the first byte; `starttls` is offered by every other. */
  readonly security?: 'tls' | 'starttls' | 'none';
  /** Who must sign in; anybody may send without. */
  readonly login?: { readonly username: string; readonly password: string };
}

/** Starts a real SMTP server on loopback. */
export async function startMailbox({ security = 'none', login }: MailboxOptions = {}): Promise<Mailbox> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-mailbox-'));
  const { certificate, certificatePath, key } = await makeTlsIdentity(directory);
  const mailbox = { mails: [] as ReceivedMail[], faults: [] as MailFault[], refused: new Set<string>() };
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    ...{ secure: security === 'tls', cert: certificate, key, logger: false },
    ...{
      disabledCommands: security === 'none' ? ['STARTTLS'] : [],
      authOptional: login === undefined,
      disableReverseLookup: true,
    },
    onAuth: ({ username, password }, _session, answer) => {
      const isRight = username === login?.username && password === login?.password;
      if (isRight) answer(null, { user: username });
      else answer(refusal({ code: 535, words: 'Authentication credentials invalid' }));
    },
    onRcptTo: ({ address }, _session, answer) =>
      answer(mailbox.refused.has(address) ? refusal({ code: 550, words: 'No such user here' }) : null),
    onData: (stream, session, answer) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const fault = mailbox.faults.shift();
        if (fault === undefined || fault === 'cut')
          mailbox.mails.push(readMail(Buffer.concat(parts).toString(), session));
        if (fault === 'cut') for (const socket of sockets) socket.destroy();
        else answer(fault ? refusal(fault) : null);
      });
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await freePort();
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(directory, { recursive: true });
  };
  return { ...mailbox, port, certificate, certificatePath, stop };
}

const refusal = ({ code, words }: { code: number; words: string }): Error =>
  Object.assign(new Error(words), { responseCode: code });

function readMail(source: string, { envelope, secure, user }: SMTPServerSession): ReceivedMail {
  const end = source.indexOf('\r\n\r\n');
  const lines = source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    secure,
    user: user === undefined ? undefined : String(user),
    headers,
    text: decode(source.slice(end + 4), headers.get('content-transfer-encoding')),
  };
}

/** Quoted-printable (RFC 2045 §6.7) or as it is. */
function decode(text: string, encoding: string | undefined): string {
  if (encoding !== 'quoted-printable') return text.replaceAll('\r\n', '\n');
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_all, hex: string) => `%${hex}`);
  return decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, '%25')).replaceAll('\r\n', '\n');
}
