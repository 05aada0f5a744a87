import type { VosMove, VosPlay } from '../src/demo/vos/vos-play.js';

/** Sessions with Unified CM as its documentation and people's records show them, written anew; names and numbers are made up. */
const welcome = `
Command Line Interface is starting up, please wait ...

   Welcome to the Platform Command Line Interface

VMware Installation:
\t2 vCPU: Intel(R) Xeon(R) CPU E5-2660 0 @ 2.20GHz
\tDisk 1: 80GB, Partitions aligned
\t8192 Mbytes RAM
\tWARNING: DNS unreachable

`;

/** `utils service list`. Its upper part has a space before the brackets; a stopped service has a reason or none. */
export const serviceList = `Requesting service status, please wait...
System SSH [STARTED]
Cluster Manager [STARTED]
Name Service Cache [STOPPED] Service Not Activated
Entropy Monitoring Daemon [STARTED]
Cisco SCSI Watchdog [STARTED]
Service Manager [STARTED]
Service Manager is running
Getting list of all services
>> Return code = 0
A Cisco DB[STARTED]
A Cisco DB Replicator[STARTED]
Cisco AMC Service[STARTED]
Cisco CallManager[STARTED]
Cisco CAR DB[STOPPED]  Commanded Out of Service
Cisco DRF Master[STARTED]
Cisco Platform Manager Service[ STOPPED ]  Component is not running
Cisco SOAP - CallRecord Service[STARTED]
Cisco Tomcat[STARTED]
Cisco Tomcat Stats Servlet[STARTED]
SOAP -Log Collection APIs[STARTED]
Cisco DirSync[STOPPED]  Service Not Activated
Primary Node =true
`;

const versionActive = `Active Master Version: 12.5.1.14900-63
Active Version Installed Software Options:
No Installed Software Options Found.
`;

const notice = ` Don't press Ctrl-c while the service is getting RESTARTED.If Service has not Restarted Properly, execute the same Command Again
Service Manager is running
`;
export const stopping = (name: string): string => `${name}[STOPPING]  \n`.repeat(2);
export const starting = (name: string): string => `${name}[STARTING]  \n`.repeat(3);
export const started = (name: string): string => `${name}[STARTED]  \n`.repeat(2);

/** `utils service restart`, as it goes well. */
export const restarted = (name: string): string => notice + stopping(name) + starting(name) + started(name);
/** The same up to the first marker. */
export const restartBegun = notice;

export interface TranscriptChange {
  readonly banner?: readonly VosMove[];
  readonly list?: readonly VosMove[];
  readonly restart?: (name: string) => readonly VosMove[];
}

/** Plays the transcripts, with what a test does otherwise. `typed`: the lines that arrived, to the byte. */
export function playTranscripts({ banner, list, restart }: TranscriptChange, typed: string[] = []): VosPlay {
  return {
    banner: banner ?? [welcome],
    answer(line) {
      typed.push(line);
      const name = /^utils service restart (.+)$/.exec(line)?.[1];
      if (name !== undefined) return restart?.(name) ?? [restarted(name)];
      if (line === 'utils service list') return list ?? [serviceList];
      if (line === 'show version active') return [versionActive];
      return ['Executed command unsuccessfully\nInvalid command\n'];
    },
  };
}

/** The same, each piece in a packet of its own. */
export const inPieces = (text: string, length = 1): VosMove[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
