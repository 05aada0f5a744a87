import type { Platform } from '@lockstep/contract';

/** What is wrong with a demo host. */
export type DemoFault = 'no_sftp' | 'service_fails';

/** How one demo host behaves. It answers what Lockstep asks and runs no command; its files and its TLS port alone are real. */
export interface DemoPlan {
  /** Its name in the store of keys. */
  readonly key: string;
  /** Of its connection. */
  readonly name: string;
  readonly hostName: string;
  readonly platform: Platform;
  /** Milliseconds that each stage takes. */
  readonly pace: { readonly greeting: number; readonly login: number; readonly line: number; readonly sftp: number };
  readonly fault: DemoFault | null;
  /** Whether its login may do everything as root without a password; else it may look. */
  readonly sudo: boolean;
  /** What its web server does when it is told to reload; null: it has none. */
  readonly web: 'reloads' | 'ignores_reloads' | null;
}

const atOnce = { greeting: 0, login: 20, line: 5, sftp: 10 };

/** The fleet: one where all is well, one slow enough to watch each step (about 20 s), others with something to learn from. */
export const demoPlans: readonly DemoPlan[] = [
  {
    key: 'healthy',
    name: 'Demo: healthy host',
    hostName: 'demo-healthy',
    platform: 'systemd',
    pace: atOnce,
    fault: null,
    sudo: true,
    web: 'reloads',
  },
  {
    key: 'slow',
    name: 'Demo: slow host',
    hostName: 'demo-slow',
    platform: 'systemd',
    pace: { greeting: 3_000, login: 4_000, line: 800, sftp: 1_200 },
    fault: null,
    sudo: true,
    web: 'reloads',
  },
  {
    key: 'service-fails',
    name: 'Demo: host whose service fails',
    hostName: 'demo-failing',
    platform: 'systemd',
    pace: atOnce,
    fault: 'service_fails',
    sudo: true,
    web: 'ignores_reloads',
  },
  {
    key: 'without-sftp',
    name: 'Demo: host without SFTP',
    hostName: 'demo-faulty',
    platform: 'systemd',
    pace: atOnce,
    fault: 'no_sftp',
    sudo: false,
    web: null,
  },
  {
    key: 'cisco-vos',
    name: 'Demo: Cisco VOS',
    hostName: 'demo-vos',
    platform: 'cisco_vos',
    pace: { greeting: 100, login: 300, line: 400, sftp: 10 },
    fault: null,
    sudo: false,
    web: null,
  },
];

export const demoUser = 'demo';
export const demoTag = 'demo';
