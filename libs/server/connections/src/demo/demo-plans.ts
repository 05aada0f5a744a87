/** How one demo host behaves. Nothing of it is real: it answers what Lockstep asks, and runs no command. */
export interface DemoPlan {
  /** Its name in the store of keys. */
  readonly key: string;
  /** Of its connection. */
  readonly name: string;
  readonly hostName: string;
  /** Milliseconds that each stage takes. */
  readonly pace: { readonly greeting: number; readonly login: number; readonly line: number; readonly sftp: number };
  readonly offersSftp: boolean;
}

const atOnce = { greeting: 0, login: 20, line: 5, sftp: 10 };

/** The fleet: one where all is well, one slow enough to watch each step (about 20 s), one with a fault to read about. */
export const demoPlans: readonly DemoPlan[] = [
  { key: 'healthy', name: 'Demo: healthy host', hostName: 'demo-healthy', pace: atOnce, offersSftp: true },
  {
    key: 'slow',
    name: 'Demo: slow host',
    hostName: 'demo-slow',
    pace: { greeting: 3_000, login: 4_000, line: 800, sftp: 1_200 },
    offersSftp: true,
  },
  { key: 'without-sftp', name: 'Demo: host without SFTP', hostName: 'demo-faulty', pace: atOnce, offersSftp: false },
];

export const demoUser = 'demo';
export const demoTag = 'demo';
