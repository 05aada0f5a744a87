import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Notifications } from '@lockstep/server-database';
import { type Observable, Subject } from 'rxjs';
import { DataSource } from 'typeorm';

/** Milliseconds between two looks of its own, should a notification be lost. */
const lookEvery = 1_000;

/**
 * Tells when a right may have been taken away: a user disabled, a role, grant, session or token changed, a connection
 * retagged. Whoever holds a live socket then checks it again.
 */
@Injectable()
export class AccessEpoch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(AccessEpoch.name);
  private readonly subject = new Subject<void>();
  private timer: NodeJS.Timeout | undefined;
  private seen: string | undefined;
  private looking = false;
  private lookAgain = false;

  /** Emits within a second after the epoch moved; several changes may come as one. */
  readonly moved: Observable<void> = this.subject.asObservable();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly notifications: Notifications,
  ) {}

  async onModuleInit(): Promise<void> {
    this.seen = await this.read();
    this.notifications.listen('access_changed', () => void this.look());
    this.timer = setInterval(() => void this.look(), lookEvery);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.subject.complete();
  }

  /** One look at a time; a hint that comes during one leads to another. */
  private async look(): Promise<void> {
    this.lookAgain = true;
    if (this.looking) return;
    this.looking = true;
    while (this.lookAgain) {
      this.lookAgain = false;
      await this.compare().catch((error: unknown) =>
        this.logger.warn(`The access epoch cannot be read: ${String(error)}`),
      );
    }
    this.looking = false;
  }

  private async compare(): Promise<void> {
    const epoch = await this.read();
    if (epoch === this.seen) return;
    this.seen = epoch;
    this.subject.next();
  }

  private async read(): Promise<string | undefined> {
    const rows: { epoch: string }[] = await this.dataSource.query('SELECT epoch FROM access_epoch');
    return rows[0]?.epoch;
  }
}
