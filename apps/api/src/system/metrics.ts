import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { OperationFeed } from '@lockstep/server-operations';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Subscription } from 'rxjs';
import type { DataSource } from 'typeorm';

/** Figures for Prometheus: the process, active operations (all replicas), and endings seen by this one. */
@Injectable()
export class Metrics implements OnModuleDestroy {
  private readonly registry = new Registry();
  private readonly ended: Subscription;

  constructor(@InjectDataSource() dataSource: DataSource, feed: OperationFeed) {
    collectDefaultMetrics({ register: this.registry });
    this.registry.registerMetric(activeGauge(dataSource));
    this.registry.registerMetric(checkAgeGauge(dataSource));
    const endings = new Counter({
      name: 'lockstep_operations_ended_total',
      help: 'Operations that ended, by type and status, as seen by this process since it started.',
      labelNames: ['type', 'status'],
      registers: [this.registry],
    });
    this.ended = feed.events.subscribe(({ operation }) => {
      if (operation?.completedAt) endings.inc({ type: operation.type, status: operation.status });
    });
  }

  /** The Prometheus text format, version 0.0.4. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  onModuleDestroy(): void {
    this.ended.unsubscribe();
  }
}

function activeGauge(dataSource: DataSource): Gauge {
  return new Gauge({
    name: 'lockstep_operations_active',
    help: 'Operations that hold a slot now, by type and status.',
    labelNames: ['type', 'status'],
    registers: [],
    async collect() {
      const rows = await dataSource.query<{ type: string; status: string; count: string }[]>(
        `SELECT type, status, count(*) FROM operations WHERE status IN ('pending', 'in_progress') GROUP BY type, status`,
      );
      this.reset();
      for (const { type, status, count } of rows) this.set({ type, status }, Number(count));
    },
  });
}

function checkAgeGauge(dataSource: DataSource): Gauge {
  return new Gauge({
    name: 'lockstep_certificate_check_age_seconds',
    help: 'Seconds since the last check of all certificates ended, on whatever replica; without one, since the set-up.',
    registers: [],
    async collect() {
      const [row] = await dataSource.query<{ age: number }[]>(
        'SELECT extract(epoch FROM now() - coalesce(ended_at, made_at))::float8 AS age FROM certificate_check',
      );
      if (row) this.set(row.age);
    },
  });
}
