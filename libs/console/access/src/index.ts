export { permitted, signedIn } from './session/guards';
export { Session } from './session/session';
export { sessionInterceptor } from './session/session-interceptor';
export { roleTitle } from './settings/role-words';
export { SessionKeeper } from './session/session-keeper';
