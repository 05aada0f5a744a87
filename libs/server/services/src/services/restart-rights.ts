import {
  type TestContribution,
  type TestContributor,
  TestContributorFor,
  type TestedHost,
} from '@lockstep/server-connections';
import { SystemdDriver } from '../drivers/systemd/systemd-driver.js';
import { ServiceSettingsService } from './service-settings.service.js';

/** Tells with each test of a systemd host whether this login may restart the services that are pinned there. */
@TestContributorFor('systemd')
export class RestartRights implements TestContributor {
  readonly platform = 'systemd';

  constructor(
    private readonly driver: SystemdDriver,
    private readonly settings: ServiceSettingsService,
  ) {}

  async lookAround({ connectionId, ...host }: TestedHost): Promise<TestContribution | undefined> {
    const pins = await this.settings.pins(connectionId);
    if (pins.length === 0) return undefined;
    const settings = await this.settings.read(connectionId);
    const privileges = await this.driver.privileges({ ...host, settings }, pins);
    const needed = privileges.filter(({ purpose }) => purpose === 'restart');
    // Root needs none.
    const may = (name: string): boolean | null => {
      const privilege = needed.find(({ service }) => service === name);
      return privilege ? privilege.present : true;
    };
    const mayRestart = Object.fromEntries(pins.map((name) => [name, may(name)]));
    const refused = pins.filter((name) => mayRestart[name] === false);
    const summary = refused.length === 0 ? 'may restart all pinned services' : `may not restart ${refused.join(', ')}`;
    return { facts: { mayRestart }, summary };
  }
}
