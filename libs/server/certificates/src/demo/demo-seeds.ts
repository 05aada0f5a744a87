/** The certificate that a demo host has from the start. */
export interface DemoSeed {
  /** The key of the host's plan. */
  readonly host: string;
  readonly name: string;
  readonly domain: string;
  /** How long it is valid. */
  readonly days: number;
  readonly autoRenew: boolean;
}

const anHour = 1 / 24;

/** One that is due and left to a person, one that has time, and one whose renewal is going to be rolled back. */
export const demoSeeds: readonly DemoSeed[] = [
  { host: 'healthy', name: 'Demo: shop', domain: 'shop.demo.example', days: anHour, autoRenew: false },
  { host: 'slow', name: 'Demo: intranet', domain: 'intranet.demo.example', days: 90, autoRenew: true },
  {
    host: 'service-fails',
    name: 'Demo: reload ignored',
    domain: 'blog.demo.example',
    days: 90,
    autoRenew: true,
  },
];
