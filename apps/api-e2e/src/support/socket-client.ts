import {
  type ClientAnswer,
  type ClientEventName,
  type ServerEventName,
  type ServerPayload,
  socketPath,
} from '@lockstep/contract';
import { type Socket, io } from 'socket.io-client';

type FromServer = { [Name in ServerEventName]: (payload: ServerPayload<Name>) => void };
type ToServer = {
  [Name in ClientEventName]: (payload: unknown, acknowledge: (answer: ClientAnswer<Name>) => void) => void;
};
export type Client = Socket<FromServer, ToServer>;

/** A connected socket. @throws the server's refusal */
export function connect(url: string, token: string | undefined): Promise<Client> {
  const auth = token === undefined ? {} : { token };
  const client: Client = io(url, {
    path: socketPath,
    transports: ['websocket'],
    auth,
    reconnection: false,
    forceNew: true,
  });
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('connect_error', (error) => {
      client.disconnect();
      reject(error);
    });
  });
}

/** Sends an event and waits for its acknowledgement, for at most 10 s. */
export async function ask<Name extends ClientEventName>(
  client: Client,
  name: Name,
  payload: unknown,
): Promise<ClientAnswer<Name>> {
  const answer: unknown = await client.timeout(10_000).emitWithAck(name as 'authenticate', payload);
  return answer as ClientAnswer<Name>;
}
