import { Injectable } from '@nestjs/common';
import type { BuiltInSchedule } from '@lockstep/contract';

/** What the parts of Lockstep do on their own, by the clock. */
@Injectable()
export class BuiltInSchedules {
  list(): Promise<BuiltInSchedule[]> {
    return Promise.resolve([]);
  }
}
