import { Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { ProblemFilter } from './problem.filter.js';
import { RouteCheck } from './route-check.js';

/** Problems as answers, and the check of all routes at boot. */
@Module({
  imports: [DiscoveryModule],
  providers: [RouteCheck, { provide: APP_FILTER, useClass: ProblemFilter }],
})
export class HttpModule {}
