import { Host, Port, type DiscoverInput } from '@lockstep/contract';
import { readAddress } from '../look/address-model';

/** How many addresses one may paste. */
export const mostAddresses = 500;

/** What was pasted, line by line: `host`, `host:port` or an URL, and after a space the name to ask for. */
export function readAddresses(text: string): {
  readonly addresses: DiscoverInput[];
  readonly wrong: readonly string[];
} {
  const addresses: DiscoverInput[] = [];
  const wrong: string[] = [];
  for (const line of new Set(
    text
      .split(/\r?\n/)
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  )) {
    const [address = '', serverName, ...rest] = line.split(/\s+/);
    const { host = '', port = '443' } = readAddress(address);
    const isRight =
      rest.length === 0 &&
      Host.safeParse(host).success &&
      Port.safeParse(Number(port)).success &&
      (serverName === undefined || Host.safeParse(serverName).success);
    if (isRight) addresses.push({ host, port: Number(port), ...(serverName === undefined ? {} : { serverName }) });
    else wrong.push(line);
  }
  return { addresses, wrong };
}
