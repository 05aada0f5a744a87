import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { ProblemException } from '@lockstep/server-http';
import type { DataSource } from 'typeorm';

/** Whether this process can do its work. */
@Injectable()
export class Health {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @throws DATABASE_UNAVAILABLE, also when the database does not answer within two seconds */
  async assertReady(): Promise<void> {
    const timeout = new ProblemException('DATABASE_UNAVAILABLE', undefined, { retryAfter: 2 });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timeout), 2_000);
    });
    try {
      await Promise.race([this.dataSource.query('SELECT 1'), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
