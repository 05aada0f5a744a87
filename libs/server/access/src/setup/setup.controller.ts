import { Controller, Req, Res } from '@nestjs/common';
import { type RouteInput, type Session, type SetupState, routes } from '@lockstep/contract';
import { Input, ProblemException, Route } from '@lockstep/server-http';
import type { Request, Response } from 'express';
import { SessionAnswer } from '../sign-in/session-answer.js';
import { SetupService } from './setup.service.js';

@Controller()
export class SetupController {
  constructor(
    private readonly setup: SetupService,
    private readonly answer: SessionAnswer,
  ) {}

  @Route(routes.getSetup)
  async state(): Promise<SetupState> {
    if (await this.setup.isRequired()) return { required: true };
    throw new ProblemException('GONE');
  }

  @Route(routes.setUp)
  async setUp(
    @Input() { body }: RouteInput<typeof routes.setUp>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    return this.answer.give(response, await this.setup.setUp(body, request.ip ?? ''));
  }
}
