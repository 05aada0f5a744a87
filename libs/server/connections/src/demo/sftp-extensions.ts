import type { SFTPWrapper } from 'ssh2';

/** What ssh2 1.17 keeps to itself of an SFTP server: where its packets go out. */
interface Insides {
  _protocol: { channelData(channel: number, packet: Buffer): void };
}

/** SSH_FXP_VERSION of version 3 without extensions (draft-ietf-secsh-filexfer-02 §4), the first packet that a server sends. */
const bareVersion = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3]);

/**
 * Has a server announce extensions, because clients use no others. ssh2's own answer to a client is always the bare version,
 * so this one packet is replaced on its way out. Version of each: 1.
 */
export function announceExtensions(sftp: SFTPWrapper, names: readonly string[]): void {
  const insides = sftp as unknown as Insides;
  const protocol = insides._protocol;
  const told = names.flatMap((name) => [text(name), text('1')]);
  insides._protocol = new Proxy(protocol, {
    get(target, name) {
      if (name !== 'channelData') return Reflect.get(target, name) as unknown;
      return (channel: number, packet: Buffer): void => {
        insides._protocol = protocol;
        protocol.channelData(channel, packet.equals(bareVersion) ? lengthened(packet, told) : packet);
      };
    },
  });
}

function lengthened(packet: Buffer, more: readonly Buffer[]): Buffer {
  const whole = Buffer.concat([packet, ...more]);
  whole.writeUInt32BE(whole.length - 4, 0);
  return whole;
}

/** A string as SFTP has it: its length in four bytes, and its bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
