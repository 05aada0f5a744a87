import { freePort } from '../process/free-port.js';
import { Program } from '../process/program.js';
import { waitUntil } from '../process/wait-until.js';

const program = '/usr/bin/pebble-challtestsrv';

/** Pebble's DNS for made-up names, where a test says what it answers. */
export interface ChallengeServer {
  readonly dnsAddress: string;
  /** Adds a TXT value; a name can have several. */
  setText(name: string, value: string): Promise<void>;
  /** Removes all TXT values of the name. */
  clearText(name: string): Promise<void>;
  /** The IPv4 addresses of a name from now on, instead of 127.0.0.1. */
  setAddresses(name: string, addresses: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startChallengeServer(): Promise<ChallengeServer> {
  const [dnsPort, managementPort] = [await freePort(), await freePort()];
  const dnsAddress = `127.0.0.1:${dnsPort}`;
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const addresses = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''];
  const management = `127.0.0.1:${managementPort}`;
  const server = Program.start([program, ...['-dns01', dnsAddress, '-management', management], ...none, ...addresses]);
  const tell = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`http://${management}/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`The challenge server answered ${answer.status}: ${await answer.text()}`);
  };
  const clearText = (name: string): Promise<void> => tell('clear-txt', { host: `${name}.` });
  await waitUntil('the challenge server answers', async () => {
    server.assertRunning();
    return clearText('nobody.test').then(
      () => true,
      () => undefined,
    );
  });
  return {
    dnsAddress,
    clearText,
    setText: (name, value) => tell('set-txt', { host: `${name}.`, value }),
    setAddresses: (name, list) => tell('add-a', { host: `${name}.`, addresses: list }),
    stop: () => server.stop(),
  };
}
