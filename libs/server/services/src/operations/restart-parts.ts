import type { ServiceSettings } from '@lockstep/contract';
import type { ReachableHost } from '@lockstep/server-connections';
import type { OperationContext } from '@lockstep/server-operations';
import type { ServiceDriver, ServiceLook } from '../drivers/service-driver.js';
import type { HostLink } from './host-link.js';
import { toMoment } from './restart-facts.js';

interface Given {
  readonly context: OperationContext;
  readonly host: ReachableHost;
  readonly driver: ServiceDriver;
  readonly link: HostLink;
  readonly settings: ServiceSettings;
}

/** What one worker's run of a restart works with. */
export class RestartParts {
  /** The newest look of all. */
  lastLook: ServiceLook | undefined;

  readonly context: OperationContext;
  readonly host: ReachableHost;
  readonly driver: ServiceDriver;
  readonly link: HostLink;
  private readonly settings: ServiceSettings;

  constructor(given: Given) {
    ({ context: this.context, host: this.host, driver: this.driver, link: this.link, settings: this.settings } = given);
  }

  /** The test of its configuration, as one would type it; null when none is known. */
  configurationTest(name: string): string | null {
    return this.driver.configurationTest(name, this.settings);
  }

  get name(): string {
    return this.context.operation.target;
  }

  /** Milliseconds that the restart itself may take. */
  get limitMs(): number {
    const { limitSeconds } = this.settings;
    return limitSeconds === null ? this.driver.restartLimitMs : limitSeconds * 1_000;
  }

  get settleMs(): number {
    return this.settings.settleSeconds * 1_000;
  }

  /** A look after the restart was asked for: a fact of the operation. */
  saw(look: ServiceLook): ServiceLook {
    this.lastLook = look;
    this.context.facts({ after: toMoment(look) });
    return look;
  }
}
