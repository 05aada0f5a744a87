import { type INestApplicationContext, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { systemActor } from '@lockstep/server-access';
import { ProblemException } from '@lockstep/server-http';
import { NetworkPolicy } from '@lockstep/server-ssh';
import { DataSource, IsNull } from 'typeorm';
import { ConnectionsService } from '../connections/connections.service.js';
import { ConnectionEntity } from '../model/connection.entity.js';
import { HostKeyEntity } from '../model/host-key.entity.js';
import { CredentialVault } from '../reach/credential-vault.js';
import { DemoAnswers } from './demo-answers.js';
import { DemoHost } from './demo-host.js';
import { DemoIdentities, type DemoIdentity } from './demo-identities.js';
import { type DemoPlan, demoPlans, demoTag, demoUser } from './demo-plans.js';

const host = '127.0.0.1';

/** Simulated hosts in this process, each with a connection, so that a newcomer without a server sees everything work. */
@Injectable()
export class DemoFleet implements OnModuleDestroy {
  private readonly logger = new Logger('Demo');
  private readonly hosts: DemoHost[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionsService,
    private readonly vault: CredentialVault,
    private readonly policy: NetworkPolicy,
    private readonly answers: DemoAnswers,
  ) {}

  /** Starts the hosts and makes their connections where they are missing. Host keys are left for a person to approve. */
  async start(dataDirectory: string): Promise<void> {
    const identities = await DemoIdentities.load(dataDirectory);
    for (const plan of demoPlans) {
      const { identity, isNew } = identities.get(plan.key);
      const demoHost = new DemoHost(plan, identity, this.answers);
      const port = await demoHost.start();
      this.hosts.push(demoHost);
      this.policy.allowOwnService(port);
      await this.connect(plan, { identity, isNew });
    }
    await identities.save();
    this.logger.log(`${String(demoPlans.length)} simulated hosts are up`);
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.hosts.splice(0).map((demoHost) => demoHost.stop()));
  }

  private async connect(plan: DemoPlan, known: { identity: DemoIdentity; isNew: boolean }): Promise<void> {
    const { manager } = this.dataSource;
    const existing = await manager.findOneBy(ConnectionEntity, { name: plan.name, demo: true, deletedAt: IsNull() });
    if (existing) {
      await this.refresh(existing.id, known);
      return;
    }
    const { password, port } = known.identity;
    const input = {
      name: plan.name,
      host,
      port,
      username: demoUser,
      platform: plan.platform,
      tags: [demoTag],
      credential: { kind: 'password' as const, password },
    };
    try {
      await this.connections.create(systemActor, input, { demo: true });
    } catch (error) {
      if (!(error instanceof ProblemException) || error.code !== 'NAME_TAKEN') throw error;
      this.logger.warn(`A connection called «${plan.name}» exists already; this demo host gets none`);
    }
  }

  /** The same host may be on another port, or a new one after the data folder was lost. */
  private async refresh(id: number, { identity, isNew }: { identity: DemoIdentity; isNew: boolean }): Promise<void> {
    const { password, port } = identity;
    await this.dataSource.transaction(async (transaction) => {
      await transaction.update(ConnectionEntity, { id }, { host, port, username: demoUser });
      await this.vault.store(transaction, [id], { kind: 'password', password });
      if (isNew) await transaction.delete(HostKeyEntity, { connectionId: id });
    });
  }
}

/** For `--demo`: call it once the application is up. The hosts stop with the application. */
export const startDemoFleet = (
  application: INestApplicationContext,
  { dataDirectory }: { dataDirectory: string },
): Promise<void> => application.get(DemoFleet).start(dataDirectory);
