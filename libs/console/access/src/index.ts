export { permitted, signedIn } from './session/guards';
export { Session } from './session/session';
export { sessionInterceptor } from './session/session-interceptor';
export { SessionKeeper } from './session/session-keeper';
