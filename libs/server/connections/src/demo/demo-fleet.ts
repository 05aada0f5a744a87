import { join } from 'node:path';
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
import { DemoAnswers, type DemoMachine } from './demo-answers.js';
import { DemoFolder } from './demo-folder.js';
import { DemoHost } from './demo-host.js';
import { DemoIdentities, type DemoIdentity } from './demo-identities.js';
import { type DemoPlan, demoPlans, demoTag, demoUser } from './demo-plans.js';
import { DemoWeb } from './demo-web.js';

const host = '127.0.0.1';

/** A demo host that is up, and its connection. */
export interface DemoMember extends DemoMachine {
  readonly connectionId: number;
}

/** Demo hosts in this process, each with a connection, so that a newcomer without a server sees everything work. */
@Injectable()
export class DemoFleet implements OnModuleDestroy {
  private readonly logger = new Logger('Demo');
  private readonly running: { stop(): Promise<void> }[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly connections: ConnectionsService,
    private readonly vault: CredentialVault,
    private readonly policy: NetworkPolicy,
    private readonly answers: DemoAnswers,
  ) {}

  /**
   * Starts the hosts and makes their connections where they are missing. Host keys are left for a person to approve. Answers
   * the hosts that have a connection.
   */
  async start(dataDirectory: string): Promise<DemoMember[]> {
    const identities = await DemoIdentities.load(dataDirectory);
    const members: DemoMember[] = [];
    for (const plan of demoPlans) {
      const { identity, isNew } = identities.get(plan.key);
      const machine = await this.startMachine(plan, identity, join(dataDirectory, 'demo', plan.key));
      const connectionId = await this.connect(plan, { identity, isNew });
      if (connectionId !== undefined) members.push({ ...machine, connectionId });
    }
    await identities.save();
    this.logger.log(`${String(demoPlans.length)} simulated hosts are up`);
    return members;
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.running.splice(0).map((part) => part.stop()));
  }

  /** Writes the ports down in its identity. */
  private async startMachine(plan: DemoPlan, identity: DemoIdentity, root: string): Promise<DemoMachine> {
    const folder = new DemoFolder(root);
    const server = plan.web === null ? null : new DemoWeb(folder, plan.web === 'reloads');
    if (server) {
      identity.webPort = await server.start(identity.webPort);
      this.running.push(server);
      this.policy.allowOwnService(identity.webPort);
    }
    const machine = { plan, folder, web: server && { server, port: identity.webPort } };
    const host = new DemoHost(machine, identity, this.answers);
    identity.port = await host.start();
    this.running.push(host);
    this.policy.allowOwnService(identity.port);
    return machine;
  }

  /** Answers the connection's id; undefined where another connection has its name. */
  private async connect(
    plan: DemoPlan,
    known: { identity: DemoIdentity; isNew: boolean },
  ): Promise<number | undefined> {
    const { manager } = this.dataSource;
    const existing = await manager.findOneBy(ConnectionEntity, { name: plan.name, demo: true, deletedAt: IsNull() });
    if (existing) {
      await this.refresh(existing.id, known);
      return existing.id;
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
      return await this.connections.create(systemActor, input, { demo: true });
    } catch (error) {
      if (!(error instanceof ProblemException) || error.code !== 'NAME_TAKEN') throw error;
      this.logger.warn(`A connection called «${plan.name}» exists already; this demo host gets none`);
      return undefined;
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
): Promise<DemoMember[]> => application.get(DemoFleet).start(dataDirectory);
