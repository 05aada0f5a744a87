import type { Connection, Grants, Schedule, ScheduleRun, ScheduleRunDetail, SessionUser } from '@lockstep/contract';
import { CertificatesModule } from '@lockstep/server-certificates';
import { ConnectionsModule } from '@lockstep/server-connections';
import { NotificationsModule } from '@lockstep/server-notifications';
import { FeatureServer, startFeatures } from '@lockstep/server-operations/testing';
import { ServicesModule } from '@lockstep/server-services';
import { type Sshd, freePort, waitUntil } from '@lockstep/server-testing';
import { SchedulesModule } from '../src/index.js';
import { ScheduleRunsService } from '../src/runs/schedule-runs.service.js';

const approvedKey = `SHA256:${'B'.repeat(43)}`;

/**
 * Schedules over real HTTP on a real database, with the engine that runs what they start. With `ticks: false` its own clock
 * stands still: a test fires by hand.
 */
export class SchedulesServer extends FeatureServer {
  static async start(databaseUrl: string, { ticks }: { ticks: boolean }): Promise<SchedulesServer> {
    const features = [
      ConnectionsModule.forRoot({ network: { listenHost: '127.0.0.1', listenPort: 44_001 } }),
      NotificationsModule.forRoot({ delivers: false, consoleUrl: undefined }),
      ServicesModule,
      CertificatesModule.forRoot({}),
      SchedulesModule.forRoot({ workers: ticks ? 10 : 0, operationRetentionDays: 90 }),
    ];
    return new SchedulesServer(await startFeatures({ databaseUrl, features, expectsErrors: ticks }));
  }

  /** An operator with grants, signed in, whose account a test changes later. */
  async addOperator(username: string, grants: Partial<Grants> = {}): Promise<{ id: number; token: string }> {
    const token = await this.addUser(username, 'operator', grants);
    const { id } = await this.must<SessionUser>('GET /auth/me', undefined, token);
    return { id, token };
  }

  /** A connection to an sshd of the tests, or to a port on which nothing answers. Its host key is approved unless told. */
  async addConnection(
    name: string,
    { sshd, tags = [], approved = true }: { sshd?: Sshd; tags?: string[]; approved?: boolean } = {},
  ): Promise<number> {
    const { id } = await this.must<Connection>('POST /connections', {
      name,
      host: '127.0.0.1',
      port: sshd?.port ?? (await freePort()),
      username: sshd?.username ?? 'nobody',
      tags,
      credential: sshd
        ? { kind: 'private_key', privateKey: sshd.user.privateKey }
        : { kind: 'password', password: 'not-used' },
      ...(approved && { hostKeyFingerprint: sshd?.hostKeyFingerprint ?? approvedKey }),
    });
    return id;
  }

  /** A schedule of tests at two in the morning, unless told otherwise. */
  add(input: object, token?: string): Promise<Schedule> {
    const usual = { name: 'Nightly', type: 'ssh_test', cron: '0 2 * * *', timeZone: 'Europe/Berlin' };
    return this.must<Schedule>('POST /schedules', { ...usual, ...input }, token);
  }

  /** Makes it due: its next time was so many minutes ago, on the minute. */
  async makeDue(id: number, minutesAgo = 0): Promise<void> {
    await this.dataSource.query(
      `UPDATE schedules SET next_run = date_trunc('minute', now()) - make_interval(mins => $2) WHERE id = $1`,
      [id, minutesAgo],
    );
  }

  /** What the clock does each second, for one schedule. */
  fire(id: number): Promise<void> {
    return this.application.get(ScheduleRunsService).fire(id);
  }

  async runs(id: number): Promise<ScheduleRun[]> {
    return (await this.must<{ items: ScheduleRun[] }>(`GET /schedules/${String(id)}/runs`)).items;
  }

  /** The newest run, with its targets. */
  async lastRun(id: number, token?: string): Promise<ScheduleRunDetail> {
    const [run] = await this.runs(id);
    return this.must(`GET /schedules/${String(id)}/runs/${run?.id ?? ''}`, undefined, token);
  }

  /** Makes it due, fires it, and answers the run. */
  async run(id: number): Promise<ScheduleRunDetail> {
    await this.makeDue(id);
    await this.fire(id);
    return this.lastRun(id);
  }

  /** The newest run, once nothing of it is active. */
  runEnded(id: number): Promise<ScheduleRunDetail> {
    return waitUntil(
      'the run ends',
      async () => {
        const run = await this.lastRun(id);
        return run.outcome === 'running' ? undefined : run;
      },
      60_000,
    );
  }
}
