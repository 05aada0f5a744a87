import type { OperationIdOfRoute } from '@lockstep/contract';
import { testAdministrator } from '@lockstep/server-testing';
import type { Cast, Stage } from './access-matrix-stage.js';
import type { Call } from './rest-client.js';

/** A request that would succeed for one who may make it. */
export interface Attempt extends Call {
  readonly path: string;
  /** What an allowed one answers, where it is not the route's own success. */
  readonly status?: number;
}

type Prepare = (stage: Stage, cast: Cast) => Attempt | Promise<Attempt>;

const at =
  (path: string): Prepare =>
  () => ({ path });
const atGranted =
  (rest: string, more: Omit<Attempt, 'path'> = {}): Prepare =>
  (stage) => ({ path: `/connections/${stage.grantedId}${rest}`, ...more });
const atOperation =
  (rest: string, more: Omit<Attempt, 'path'> = {}): Prepare =>
  (stage) => ({ path: `/operations/${stage.grantedOperationId}${rest}`, ...more });

const atCertificate =
  (rest: string, more: Omit<Attempt, 'path'> = {}): Prepare =>
  (stage) => ({ path: `/certificates/${stage.grantedCertificateId}${rest}`, ...more });

const atSchedule =
  (rest: string, more: Omit<Attempt, 'path'> = {}): Prepare =>
  (stage) => ({ path: `/schedules/${stage.grantedScheduleId}${rest}`, ...more });
const atChannel =
  (rest: string, more: Omit<Attempt, 'path'> = {}): Prepare =>
  async (stage) => ({ path: `/notification-channels/${await stage.addChannel()}${rest}`, ...more });

const rollingRestart = (stage: Stage) => ({ service: 'nginx.service', connectionIds: [stage.grantedId] });
const noCertificate = { certificate: 'x', privateKey: 'x' };
const fingerprint = `SHA256:${'A'.repeat(43)}`;
const knownHost = 'nowhere.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2n4K0Zy7Yl1jQqVb2d0v2oQyYQX3b1m3n6Uo8Tn0aB';

/** How each route is called. Whatever it would use up is made anew for each visitor. */
export const requests: Readonly<Record<OperationIdOfRoute, Prepare>> = {
  // Set-up is done for ever, which is what everyone is told.
  getSetup: () => ({ path: '/setup', status: 410 }),
  setUp: () => ({
    path: '/setup',
    status: 410,
    body: { token: 'x', username: 'eve', password: 'harbour-violet-anvil' },
  }),
  signIn: () => ({
    path: '/auth/login',
    body: { username: testAdministrator.username, password: testAdministrator.password },
  }),
  refreshSession: async (stage, cast) => ({ path: '/auth/refresh', cookie: (await stage.freshSession(cast))?.cookie }),
  signOut: async (stage, cast) => ({ path: '/auth/logout', token: (await stage.freshSession(cast))?.token }),
  getMe: at('/auth/me'),
  changeMyPassword: (_stage, { login }) => {
    const password = login?.password ?? 'harbour-violet-anvil';
    return { path: '/auth/password', body: { currentPassword: password, password } };
  },
  listUsers: at('/users'),
  createUser: (stage) => ({
    path: '/users',
    body: { username: stage.newName(), password: 'harbour-violet-anvil', role: 'viewer' },
  }),
  changeUser: async (stage) => ({ path: `/users/${(await stage.addUser('viewer')).id}`, body: { disabled: true } }),
  deleteUser: async (stage) => ({ path: `/users/${(await stage.addUser('viewer')).id}` }),
  setGrants: async (stage) => ({
    path: `/users/${(await stage.addUser('viewer')).id}/grants`,
    body: { connectionIds: [stage.grantedId], tags: [] },
  }),
  listConnectionViewers: atGranted('/viewers'),
  listTokens: at('/tokens'),
  createToken: (stage) => ({ path: '/tokens', body: { name: stage.newName() } }),
  revokeToken: async (stage, cast) => ({ path: `/tokens/${await stage.ownTokenId(cast)}` }),
  listAudit: at('/audit'),
  listConnections: at('/connections'),
  createConnection: (stage) => ({
    path: '/connections',
    body: {
      name: stage.newName(),
      host: 'host.example',
      username: 'nobody',
      tags: ['made'],
      credential: { kind: 'password', password: 'not-used' },
    },
  }),
  getConnection: atGranted(''),
  changeConnection: atGranted('', { body: { platform: 'systemd' } }),
  deleteConnection: async (stage) => ({ path: `/connections/${await stage.addConnection(['granted'])}` }),
  listTags: at('/tags'),
  importConnections: () => ({
    path: '/connections/import',
    body: { format: 'ssh_config', text: 'Host a\n  HostName a.example\n', dryRun: true },
  }),
  testConnection: atGranted('/test-connection'),
  testConnections: (stage) => ({ path: '/connections/test', body: { connectionIds: [stage.grantedId] } }),
  // It logs in with a password: whoever may ask is told so.
  getAuthorizedKey: atGranted('/authorized-key', { status: 409 }),
  getHostKeys: atGranted('/host-keys'),
  // None waits there: whoever may accept one is told so.
  acceptHostKey: atGranted('/host-keys/accept', { body: { fingerprint }, status: 422 }),
  refuseHostKey: atGranted('/host-keys/refuse', { body: { fingerprint }, status: 422 }),
  importKnownHosts: () => ({ path: '/connections/import-known-hosts', body: { text: knownHost } }),
  // Nothing listens there: whoever may ask is told so.
  discoverCertificate: () => ({ path: '/certificates/discover', body: { host: '127.0.0.1', port: 1 }, status: 502 }),
  listCertificates: at('/certificates'),
  createCertificate: (stage) => ({ path: '/certificates', body: stage.newCertificate() }),
  getCertificate: atCertificate(''),
  changeCertificate: atCertificate('', { body: { autoRenew: false } }),
  deleteCertificate: async (stage) => ({ path: `/certificates/${await stage.addCertificate()}` }),
  renewCertificate: atCertificate('/renew'),
  checkCertificateReadiness: atCertificate('/check-readiness'),
  getCertificateReadiness: atCertificate('/readiness'),
  getCertificateCheck: at('/certificate-check'),
  checkCertificates: at('/certificate-check'),
  listCertificateVersions: atCertificate('/versions'),
  // Nothing was issued for it: whoever may see it is told so.
  getCertificateChain: async (stage) => ({
    path: `/certificates/${await stage.addCertificate()}/chain`,
    status: 409,
  }),
  scanAddresses: () => ({ path: '/certificates/scan', body: { addresses: [{ host: '127.0.0.1', port: 1 }] } }),
  scanConnection: atGranted('/scan-certificates', { body: {} }),
  listInventory: at('/certificates/inventory'),
  countExpiries: at('/certificates/expiries?boundaries=2026-01-01T00:00:00Z'),
  watchCertificates: () => ({
    path: '/certificates/found',
    body: { places: [{ kind: 'address', host: '127.0.0.1', port: 1 }] },
  }),
  getFoundCertificate: async (stage) => ({ path: `/certificates/found/${await stage.findCertificate()}` }),
  checkFoundCertificate: async (stage) => ({ path: `/certificates/found/${await stage.findCertificate()}/check` }),
  forgetFoundCertificate: async (stage) => ({ path: `/certificates/found/${await stage.findCertificate()}` }),
  // No request waits for it: whoever may see it is told so.
  getCertificateRequest: atCertificate('/request', { status: 409 }),
  bringCertificate: atCertificate('/issued', { body: { certificate: 'x' }, status: 409 }),
  // These are no certificates: whoever may bring one is told so.
  createUploadedCertificate: (stage) => ({
    path: '/certificates/upload',
    body: { name: stage.newName(), ...noCertificate },
    status: 400,
  }),
  uploadCertificateVersion: atCertificate('/upload', { body: noCertificate, status: 400 }),
  listIssuers: at('/issuers'),
  createIssuer: (stage) => ({ path: '/issuers', body: { name: stage.newName(), kind: 'internal' } }),
  getIssuer: at('/issuers/1'),
  getIssuerRoot: at('/issuers/1/root'),
  changeIssuer: () => ({ path: '/issuers/1', body: { name: 'Internal CA' } }),
  deleteIssuer: async (stage) => ({ path: `/issuers/${await stage.addIssuer()}` }),
  listOperations: at('/operations'),
  getOperation: atOperation(''),
  getOperationEvents: atOperation('/events'),
  // It has ended: whoever may cancel it is told so.
  cancelOperation: atOperation('/cancel', { status: 409 }),
  retryOperation: atOperation('/retry'),
  listServices: atGranted('/services'),
  // Nothing answers there: whoever may ask is told so.
  getService: atGranted('/services/nginx.service', { status: 502 }),
  restartService: atGranted('/restart-service', { body: { service: 'nginx.service' } }),
  pinServices: atGranted('/pinned-services', { body: { services: ['nginx.service'] } }),
  getServiceSettings: atGranted('/service-settings'),
  changeServiceSettings: atGranted('/service-settings', { body: { settleSeconds: 1 } }),
  listFleetServices: async (stage) => {
    await stage.seeService(stage.grantedId);
    return { path: '/services' };
  },
  previewRollingRestart: (stage) => ({ path: '/rolling-restarts/preview', body: rollingRestart(stage) }),
  startRollingRestart: (stage) => ({ path: '/rolling-restarts', body: rollingRestart(stage) }),
  listRollingRestarts: async (stage) => {
    await stage.endedRollingRestart();
    return { path: '/rolling-restarts' };
  },
  getRollingRestart: async (stage) => ({ path: `/rolling-restarts/${await stage.endedRollingRestart()}` }),
  // It has ended: whoever may cancel it is told so.
  cancelRollingRestart: async (stage) => ({
    path: `/rolling-restarts/${await stage.endedRollingRestart()}/cancel`,
    status: 409,
  }),
  previewSchedule: at('/schedules/preview?cron=0%202%20*%20*%20*&timeZone=Europe%2FBerlin'),
  listBuiltInSchedules: at('/schedules/built-in'),
  listSchedules: at('/schedules'),
  // Everyone may schedule what nobody has: by a tag.
  createSchedule: (stage) => ({ path: '/schedules', body: stage.newSchedule({ tag: 'nobody-has-it' }) }),
  getSchedule: atSchedule(''),
  changeSchedule: atSchedule('', { body: { name: 'Nightly' } }),
  deleteSchedule: async (stage) => ({ path: `/schedules/${await stage.addSchedule()}` }),
  runSchedule: atSchedule('/run'),
  listScheduleRuns: atSchedule('/runs'),
  getScheduleRun: async (stage) => ({
    path: `/schedules/${stage.grantedScheduleId}/runs/${await stage.runSchedule()}`,
  }),
  listNotificationChannels: at('/notification-channels'),
  createNotificationChannel: (stage) => ({ path: '/notification-channels', body: stage.newChannel() }),
  getNotificationChannel: atChannel(''),
  changeNotificationChannel: atChannel('', { body: { enabled: false } }),
  deleteNotificationChannel: atChannel(''),
  testNotificationChannel: atChannel('/test'),
  listNotificationDeliveries: atChannel('/deliveries'),
  // Nothing was told there: whoever may try again is told so.
  retryNotificationDelivery: atChannel('/deliveries/01900000-0000-7000-8000-000000000000/retry', { status: 404 }),
  getLiveness: at('/health/live'),
  getReadiness: at('/health/ready'),
  getMetrics: at('/metrics'),
  getOpenapi: at('/openapi.json'),
  getAsyncapi: at('/asyncapi.json'),
  getDocs: at('/docs'),
};
