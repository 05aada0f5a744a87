import type {
  CertificateFacts,
  ConnectionScanAnswer,
  LookFailure,
  ScannedAddress,
  WatchInput,
} from '@lockstep/contract';

/** A place that was looked at. */
export interface Scanned {
  readonly key: string;
  readonly place: WatchInput['places'][number];
  readonly title: string;
  readonly leaf: CertificateFacts | null;
  readonly problems: readonly { readonly message: string }[];
  readonly failure: LookFailure | null;
}

export function fromAddress(
  { host, port, serverName, answer, failure }: ScannedAddress,
  connectionId?: number,
): Scanned {
  const address = host.includes(':') ? `[${host}]:${String(port)}` : `${host}:${String(port)}`;
  const place = {
    kind: 'address',
    host,
    port,
    serverName,
    ...(connectionId === undefined ? {} : { connectionId }),
  } as const;
  const title = serverName === host ? address : `${serverName} · ${address}`;
  return {
    key: `${address} ${serverName}`,
    place,
    title,
    leaf: answer?.leaf ?? null,
    problems: answer?.problems ?? [],
    failure,
  };
}

export const fromConnection = ({ ports, files }: ConnectionScanAnswer, connectionId: number): Scanned[] => [
  ...ports.map((port) => fromAddress(port, connectionId)),
  ...files.map(({ path, leaf, problems, failure }): Scanned => {
    const place = { kind: 'file', connectionId, path } as const;
    return { key: path, place, title: path, leaf, problems, failure };
  }),
];
