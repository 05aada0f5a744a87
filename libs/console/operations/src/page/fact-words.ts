import { formatDuration, formatExact, spacedName } from '@lockstep/console-ui';
import { ServiceMoment } from '@lockstep/contract';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Shown in the fixed-width font: names and numbers that one compares or copies. */
  readonly isCode: boolean;
}

/** Facts that another one, or the failure card, says better. */
const leftOut = new Set(['osId', 'osVersion', 'hostKeyType', 'hostWords']);

/** What is known by name comes first and in this order; the rest follows as the server names it. */
const known: Readonly<Record<string, string>> = {
  before: $localize`Before`,
  after: $localize`After`,
  address: $localize`Address`,
  hostName: $localize`Host name`,
  os: $localize`System`,
  kernel: $localize`Kernel`,
  architecture: $localize`Architecture`,
  systemd: $localize`systemd`,
  sudo: $localize`sudo`,
  user: $localize`User`,
  home: $localize`Home`,
  homeWritable: $localize`Home can be written to`,
  sftp: $localize`SFTP`,
  serverSoftware: $localize`SSH server`,
  fingerprint: $localize`Host key`,
  hostKeyAlgorithm: $localize`Host key algorithm`,
  keyExchange: $localize`Key exchange`,
  cipher: $localize`Cipher`,
  loginMethod: $localize`Login by`,
  connectMs: $localize`Connect took`,
  keyExchangeMs: $localize`Key exchange took`,
  loginMs: $localize`Login took`,
  uptimeSeconds: $localize`Up for`,
};

const codes = new Set([
  'address',
  'addresses',
  'home',
  'fingerprint',
  'hostKeyAlgorithm',
  'keyExchange',
  'cipher',
  'kernel',
  'serverSoftware',
  'user',
  'hostName',
]);

/** The facts of an operation in words. Empty ones are left out. */
export function describeFacts(metadata: Readonly<Record<string, unknown>>): readonly Fact[] {
  const order = [
    ...Object.keys(known).filter((name) => name in metadata),
    ...Object.keys(metadata).filter((name) => !(name in known)),
  ];
  return order.flatMap((name) => describeFact(name, metadata));
}

function describeFact(name: string, metadata: Readonly<Record<string, unknown>>): readonly Fact[] {
  const value = metadata[name];
  if (leftOut.has(name) || value === null || value === undefined || value === '') return [];
  if (name === 'addresses' && Array.isArray(value) && value.length < 2) return [];
  return [{ name: known[name] ?? spacedName(name), value: inWords(name, value), isCode: codes.has(name) }];
}

function inWords(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('Ms')) return formatDuration(value);
  if (typeof value === 'number' && name.endsWith('Seconds')) return formatDuration(value * 1_000);
  if (typeof value === 'boolean') return value ? $localize`yes` : $localize`no`;
  if (Array.isArray(value)) return value.map((item) => inWords('', item)).join(', ');
  if (typeof value === 'string') return /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll('_', ' ') : value;
  const moment = ServiceMoment.safeParse(value);
  return moment.success ? momentInWords(moment.data) : JSON.stringify(value);
}

/** «failed since Nov 23, 2026, 10:15:59 AM UTC, run 5c1e…»; the run is what a restart must change. */
const momentInWords = ({ state, since, invocation }: ServiceMoment): string =>
  [
    since === null ? state : $localize`${state}:STATE: since ${formatExact(Date.parse(since))}:TIME:`,
    ...(invocation ? [$localize`run ${invocation}:ID:`] : []),
  ].join(', ');
