import type { VosMove, VosPlay } from './vos-play.js';

const welcome = `
Command Line Interface is starting up, please wait ...

   A demo host of Lockstep: Cisco VOS, simulated

`;
const notice = ` Don't press Ctrl-c while the service is getting RESTARTED.If Service has not Restarted Properly, execute the same Command Again
Service Manager is running
`;
const version = `Active Master Version: 12.5.1.10000-22 (simulated)
Active Version Installed Software Options:
No Installed Software Options Found.
`;

interface SimulatedService {
  state: string;
  readonly ending: 'STARTED' | 'FAILED';
}

const service = (ending: SimulatedService['ending'] = 'STARTED', state = '[STARTED]'): SimulatedService => ({
  state,
  ending,
});

/** A console of Cisco VOS whose services change when they are restarted; one of them never comes back. */
export class SimulatedVos implements VosPlay {
  readonly banner: readonly VosMove[];
  private readonly services = new Map<string, SimulatedService>([
    ['A Cisco DB', service()],
    ['Cisco AMC Service', service()],
    ['Cisco CallManager', service()],
    ['Cisco Certificate Expiry Monitor', service()],
    ['Cisco DirSync', service('FAILED', '[STOPPED]  Service Not Activated')],
    ['Cisco IP Voice Media Streaming App', service('FAILED')],
    ['Cisco RIS Data Collector', service()],
    ['Cisco Tftp', service()],
    ['Cisco Tomcat', service()],
    ['Cisco Tomcat Stats Servlet', service()],
    ['SOAP -Log Collection APIs', service()],
  ]);

  /** @param lineMs milliseconds that a line of a restart takes */
  constructor(private readonly lineMs: number) {
    this.banner = [{ waitMs: lineMs * 2 }, welcome, { waitMs: lineMs }];
  }

  answer(line: string): Iterable<VosMove> {
    const name = /^utils service restart (.+)$/.exec(line)?.[1];
    if (name !== undefined) return this.restart(name);
    if (line === 'utils service list') return this.list();
    if (line === 'show version active') return [version];
    return ['Executed command unsuccessfully\nThis is a demo host: it knows no such command.\n'];
  }

  private list(): VosMove[] {
    const lines = [...this.services].map(([name, { state }]) => `${name}${state}\n`);
    return [
      'Requesting service status, please wait...\n',
      { waitMs: this.lineMs },
      `System SSH [STARTED]\nService Manager [STARTED]\nService Manager is running\nGetting list of all services\n>> Return code = 0\n`,
      `${lines.join('')}Primary Node =true\n`,
    ];
  }

  private *restart(name: string): Generator<VosMove> {
    const known = this.services.get(name);
    if (!known) {
      yield 'Executed command unsuccessfully\nThis demo host has no such service.\n';
      return;
    }
    try {
      yield notice;
      for (const word of ['STOPPING', 'STOPPING', 'STARTING', 'STARTING', 'STARTING', known.ending]) {
        yield { waitMs: this.lineMs };
        known.state = `[${word}]`;
        yield `${name}[${word}]  \n`;
      }
    } finally {
      // Also where nobody waited for the end.
      known.state = known.ending === 'STARTED' ? '[STARTED]' : '[STOPPED]  Component is not running';
    }
  }
}
