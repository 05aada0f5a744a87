import { Controller } from '@nestjs/common';
import {
  type RouteAnswer,
  type RouteInput,
  type Schedule,
  type SchedulePreview,
  type ScheduleRunDetail,
  routes,
} from '@lockstep/contract';
import { CurrentActor, type SignedInActor } from '@lockstep/server-access';
import { Input, Route } from '@lockstep/server-http';
import { ScheduleRunQueries } from '../runs/schedule-run-queries.js';
import { ScheduleRunsService } from '../runs/schedule-runs.service.js';
import { BuiltInSchedules } from '../schedules/built-in-schedules.js';
import { ScheduleQueries } from '../schedules/schedule-queries.js';
import { SchedulesService } from '../schedules/schedules.service.js';

@Controller()
export class SchedulesController {
  constructor(
    private readonly queries: ScheduleQueries,
    private readonly schedules: SchedulesService,
    private readonly runs: ScheduleRunsService,
    private readonly runQueries: ScheduleRunQueries,
    private readonly builtIn: BuiltInSchedules,
  ) {}

  // The two fixed paths come before `/schedules/:id`, which would take them for ids.
  @Route(routes.previewSchedule)
  preview(@Input() { query }: RouteInput<typeof routes.previewSchedule>): Promise<SchedulePreview> {
    return this.queries.preview(query);
  }

  @Route(routes.listBuiltInSchedules)
  async listBuiltIn(): Promise<RouteAnswer<typeof routes.listBuiltInSchedules>> {
    return { items: await this.builtIn.list() };
  }

  @Route(routes.listSchedules)
  list(
    @Input() { query }: RouteInput<typeof routes.listSchedules>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listSchedules>> {
    return this.queries.list(actor, query);
  }

  @Route(routes.createSchedule)
  async create(
    @Input() { body }: RouteInput<typeof routes.createSchedule>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Schedule> {
    return this.queries.get(actor, await this.schedules.create(actor, body));
  }

  @Route(routes.getSchedule)
  get(
    @Input() { params }: RouteInput<typeof routes.getSchedule>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Schedule> {
    return this.queries.get(actor, params.id);
  }

  @Route(routes.changeSchedule)
  async change(
    @Input() { params, body }: RouteInput<typeof routes.changeSchedule>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<Schedule> {
    await this.queries.find(actor.userId, params.id);
    await this.schedules.change(actor, params.id, body);
    return this.queries.get(actor, params.id);
  }

  @Route(routes.deleteSchedule)
  async remove(
    @Input() { params }: RouteInput<typeof routes.deleteSchedule>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<void> {
    await this.queries.find(actor.userId, params.id);
    await this.schedules.remove(actor, params.id);
  }

  @Route(routes.runSchedule)
  async run(
    @Input() { params }: RouteInput<typeof routes.runSchedule>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ScheduleRunDetail> {
    const schedule = await this.queries.find(actor.userId, params.id);
    return this.runQueries.get(actor.userId, params.id, await this.runs.runNow(actor, schedule));
  }

  @Route(routes.listScheduleRuns)
  async listRuns(
    @Input() { params, query }: RouteInput<typeof routes.listScheduleRuns>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<RouteAnswer<typeof routes.listScheduleRuns>> {
    await this.queries.find(actor.userId, params.id);
    return this.runQueries.list(actor.userId, params.id, { cursor: query.cursor, limit: query.limit });
  }

  @Route(routes.getScheduleRun)
  async getRun(
    @Input() { params }: RouteInput<typeof routes.getScheduleRun>,
    @CurrentActor() actor: SignedInActor,
  ): Promise<ScheduleRunDetail> {
    await this.queries.find(actor.userId, params.id);
    return this.runQueries.get(actor.userId, params.id, params.runId);
  }
}
