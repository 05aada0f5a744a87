import * as z from 'zod';
import { StartAnswer } from '../operations.js';
import { ConnectionId, Cursor, Tag, limitInText, numberInText, page } from '../primitives.js';
import {
  FleetService,
  PinnedServices,
  RestartInput,
  ServiceDetail,
  ServiceList,
  ServiceName,
  ServiceSettings,
  ServiceSettingsInput,
  ServiceState,
} from '../services.js';
import { defineRoute } from './define-route.js';
import { idempotencyHeaders } from './operation-routes.js';

const connectionParams = z.strictObject({ id: numberInText(ConnectionId) });
const serviceParams = connectionParams.extend({ service: ServiceName });
const tag = 'Services';

export const serviceRoutes = {
  listServices: defineRoute({
    operationId: 'listServices',
    method: 'get',
    path: '/connections/{id}/services',
    tag,
    requires: 'connections.read',
    summary: 'The services of a host, pinned ones first. The host is asked unless that was done a moment ago.',
    params: connectionParams,
    query: z.strictObject({
      refresh: z
        .enum(['true', 'false'])
        .optional()
        .describe('`true` asks the host now, even where the last login was refused; `false` does not ask at all.'),
    }),
    success: { status: 200, body: ServiceList },
    problems: ['NOT_FOUND'],
  }),
  getService: defineRoute({
    operationId: 'getService',
    method: 'get',
    path: '/connections/{id}/services/{service}',
    tag,
    requires: 'connections.read',
    summary: 'One service, asked of the host now: state, what depends on it, and what this login may do with it.',
    params: serviceParams,
    success: { status: 200, body: ServiceDetail },
    problems: ['NOT_FOUND', 'SERVICE_NAME_REFUSED', 'HOST_NOT_READ'],
  }),
  restartService: defineRoute({
    operationId: 'restartService',
    method: 'post',
    path: '/connections/{id}/restart-service',
    tag,
    requires: 'operations.start',
    summary: 'Start a service_restart, or join the one that runs for this service.',
    params: connectionParams,
    body: RestartInput,
    headers: idempotencyHeaders,
    success: { status: 202, body: StartAnswer },
    problems: ['NOT_FOUND', 'SERVICE_NAME_REFUSED', 'IDEMPOTENCY_KEY_REUSED'],
  }),
  pinServices: defineRoute({
    operationId: 'pinServices',
    method: 'put',
    path: '/connections/{id}/pinned-services',
    tag,
    requires: 'operations.start',
    summary: 'Choose the services that are shown first and whose privileges each test checks.',
    params: connectionParams,
    body: PinnedServices,
    success: { status: 200, body: PinnedServices },
    problems: ['NOT_FOUND', 'SERVICE_NAME_REFUSED'],
  }),
  getServiceSettings: defineRoute({
    operationId: 'getServiceSettings',
    method: 'get',
    path: '/connections/{id}/service-settings',
    tag,
    requires: 'connections.read',
    summary: 'How restarts on this connection are done and watched.',
    params: connectionParams,
    success: { status: 200, body: ServiceSettings },
    problems: ['NOT_FOUND'],
  }),
  changeServiceSettings: defineRoute({
    operationId: 'changeServiceSettings',
    method: 'put',
    path: '/connections/{id}/service-settings',
    tag,
    requires: 'connections.manage',
    summary: 'Replace them.',
    params: connectionParams,
    body: ServiceSettingsInput,
    success: { status: 200, body: ServiceSettings },
    problems: ['NOT_FOUND'],
  }),
  listFleetServices: defineRoute({
    operationId: 'listFleetServices',
    method: 'get',
    path: '/services',
    tag,
    requires: 'connections.read',
    summary: 'The services of all connections one may see, as they were last seen, in keyset pages. No host is asked.',
    query: z.strictObject({
      search: z.string().max(200).optional().describe('Part of the service’s or the connection’s name.'),
      state: ServiceState.optional(),
      pinned: z.enum(['true', 'false']).optional(),
      tag: Tag.optional(),
      cursor: Cursor.optional(),
      limit: limitInText(50),
    }),
    success: { status: 200, body: page(FleetService).meta({ id: 'FleetServicePage' }) },
  }),
} as const;
