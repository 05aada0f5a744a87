import { randomBytes } from 'node:crypto';
import { Controller, Header, Res } from '@nestjs/common';
import { buildAsyncapiDocument, buildOpenapiDocument, routes } from '@lockstep/contract';
import { Route } from '@lockstep/server-http';
import type { Response } from 'express';
import { version } from '../config/version.js';
import { docsPage } from './docs-page.js';
import { Health } from './health.js';
import { Metrics } from './metrics.js';

/** Health, figures and the documents of the API. */
@Controller()
export class SystemController {
  private readonly openapi = buildOpenapiDocument({ version });
  private readonly asyncapi = buildAsyncapiDocument({ version });

  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Route(routes.getLiveness)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Route(routes.getReadiness)
  async ready(): Promise<{ status: 'ok' }> {
    await this.health.assertReady();
    return { status: 'ok' };
  }

  @Route(routes.getMetrics)
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  getMetrics(): Promise<string> {
    return this.metrics.text();
  }

  @Route(routes.getOpenapi)
  getOpenapi(): Record<string, unknown> {
    return this.openapi;
  }

  @Route(routes.getAsyncapi)
  getAsyncapi(): Record<string, unknown> {
    return this.asyncapi;
  }

  @Route(routes.getDocs)
  getDocs(@Res() response: Response): void {
    const { html, policy } = docsPage(randomBytes(18).toString('base64url'));
    response.setHeader('Content-Security-Policy', policy);
    response.type('html').send(html);
  }
}
