/**
 * The one matrix of who may do what: every route and socket event, for everyone who may come along. The test beside it
 * drives the built server with it; a route or event that is not listed here does not compile and fails the test.
 */
import type { ClientEventName, OperationIdOfRoute } from '@lockstep/contract';

/**
 * `allowed`: it is done. `sign_in`: refused for want of a session (401). `denied`: the role may not (403).
 * `invisible`: what one may not see does not exist (404). `nothing`: answered, with nothing in it that one may not see.
 */
export type Verdict = 'allowed' | 'sign_in' | 'denied' | 'invisible' | 'nothing';

/** Everyone who may come along. The grant is by tag, on one of two connections. */
export const visitors = [
  'anonymous',
  'viewer without grant',
  'viewer with grant',
  'operator without grant',
  'operator with grant',
  'viewer token of an administrator',
  'administrator',
] as const;
export type Visitor = (typeof visitors)[number];
export type Row = Readonly<Record<Visitor, Verdict>>;

/** In the order of {@link visitors}. */
const row = (...verdicts: [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict]): Row =>
  Object.fromEntries(visitors.map((visitor, index) => [visitor, verdicts[index]])) as Row;

/** Whoever comes along. */
const everyone = row('allowed', 'allowed', 'allowed', 'allowed', 'allowed', 'allowed', 'allowed');
const signedIn = row('sign_in', 'allowed', 'allowed', 'allowed', 'allowed', 'allowed', 'allowed');
/** Signed in by password; an API token cannot outlive its revocation by it. */
const inPerson = row('sign_in', 'allowed', 'allowed', 'allowed', 'allowed', 'denied', 'allowed');
const administrators = row('sign_in', 'denied', 'denied', 'denied', 'denied', 'denied', 'allowed');
/** One thing of a connection, read. */
const readers = row('sign_in', 'invisible', 'allowed', 'invisible', 'allowed', 'allowed', 'allowed');
/** Lists, which leave out what one may not see. */
const lists = row('sign_in', 'nothing', 'allowed', 'nothing', 'allowed', 'allowed', 'allowed');
/** One thing of a connection, done. */
const doers = row('sign_in', 'denied', 'denied', 'invisible', 'allowed', 'denied', 'allowed');

export const routeMatrix = {
  getSetup: everyone,
  setUp: everyone,
  signIn: everyone,
  refreshSession: row('sign_in', 'allowed', 'allowed', 'allowed', 'allowed', 'sign_in', 'allowed'),
  signOut: everyone,
  getMe: signedIn,
  changeMyPassword: inPerson,
  listUsers: administrators,
  createUser: administrators,
  changeUser: administrators,
  deleteUser: administrators,
  setGrants: administrators,
  listConnectionViewers: administrators,
  listTokens: signedIn,
  createToken: inPerson,
  revokeToken: signedIn,
  listAudit: administrators,
  listConnections: lists,
  createConnection: administrators,
  getConnection: readers,
  changeConnection: administrators,
  deleteConnection: administrators,
  listTags: lists,
  importConnections: administrators,
  testConnection: doers,
  testConnections: row('sign_in', 'denied', 'denied', 'nothing', 'allowed', 'denied', 'allowed'),
  getHostKeys: readers,
  getAuthorizedKey: readers,
  acceptHostKey: doers,
  refuseHostKey: doers,
  importKnownHosts: administrators,
  discoverCertificate: administrators,
  listCertificates: lists,
  createCertificate: administrators,
  getCertificate: readers,
  changeCertificate: administrators,
  deleteCertificate: administrators,
  renewCertificate: doers,
  checkCertificateReadiness: doers,
  getCertificateReadiness: readers,
  getCertificateCheck: signedIn,
  checkCertificates: administrators,
  listCertificateVersions: readers,
  getCertificateChain: readers,
  scanAddresses: administrators,
  scanConnection: administrators,
  listInventory: lists,
  countExpiries: signedIn,
  watchCertificates: administrators,
  getFoundCertificate: readers,
  checkFoundCertificate: administrators,
  forgetFoundCertificate: administrators,
  getCertificateRequest: readers,
  bringCertificate: administrators,
  createUploadedCertificate: administrators,
  uploadCertificateVersion: administrators,
  listIssuers: signedIn,
  createIssuer: administrators,
  getIssuer: signedIn,
  getIssuerRoot: signedIn,
  changeIssuer: administrators,
  deleteIssuer: administrators,
  listOperations: lists,
  getOperation: readers,
  getOperationEvents: readers,
  cancelOperation: doers,
  retryOperation: doers,
  listServices: readers,
  getService: readers,
  restartService: doers,
  pinServices: doers,
  getServiceSettings: readers,
  changeServiceSettings: administrators,
  listFleetServices: lists,
  previewRollingRestart: row('sign_in', 'denied', 'denied', 'nothing', 'allowed', 'denied', 'allowed'),
  // Who may restart but sees none of the hosts is told that there is nothing to do.
  startRollingRestart: row('sign_in', 'denied', 'denied', 'nothing', 'allowed', 'denied', 'allowed'),
  listRollingRestarts: lists,
  getRollingRestart: readers,
  cancelRollingRestart: doers,
  previewSchedule: signedIn,
  listBuiltInSchedules: signedIn,
  listSchedules: lists,
  createSchedule: row('sign_in', 'denied', 'denied', 'allowed', 'allowed', 'denied', 'allowed'),
  getSchedule: readers,
  // A schedule of the administrator's: an operator sees that it concerns the host, and changes it as little as a viewer.
  changeSchedule: row('sign_in', 'denied', 'denied', 'invisible', 'denied', 'denied', 'allowed'),
  deleteSchedule: row('sign_in', 'denied', 'denied', 'invisible', 'denied', 'denied', 'allowed'),
  runSchedule: doers,
  listScheduleRuns: readers,
  getScheduleRun: readers,
  listNotificationChannels: administrators,
  createNotificationChannel: administrators,
  getNotificationChannel: administrators,
  changeNotificationChannel: administrators,
  deleteNotificationChannel: administrators,
  testNotificationChannel: administrators,
  listNotificationDeliveries: administrators,
  retryNotificationDelivery: administrators,
  getLiveness: everyone,
  getReadiness: everyone,
  getMetrics: administrators,
  getOpenapi: signedIn,
  getAsyncapi: signedIn,
  getDocs: signedIn,
} as const satisfies Record<OperationIdOfRoute, Row>;

export const eventMatrix = {
  'subscribe:connection': readers,
  'unsubscribe:connection': signedIn,
  'subscribe:activity': lists,
  authenticate: signedIn,
} as const satisfies Record<ClientEventName, Row>;
