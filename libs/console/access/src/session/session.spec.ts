import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Subject } from 'rxjs';
import { Session } from './session';
import { SessionChannel, type SessionMessage } from './session-channel';
import { sessionInterceptor } from './session-interceptor';

const settle = async () => await new Promise((resolve) => setTimeout(resolve));
const answer = (accessToken: string, expiresIn = 600) => ({
  accessToken,
  expiresIn,
  user: { id: 1, username: 'ada', role: 'operator' },
});
const refused = { status: 401, statusText: 'Unauthorized' };
const problem = { code: 'AUTHENTICATION_REQUIRED' };

describe('Session', () => {
  let session: Session;
  let http: HttpTestingController;
  let messages: Subject<SessionMessage>;
  let posted: SessionMessage[];

  beforeEach(() => {
    localStorage.clear();
    messages = new Subject();
    posted = [];
    const channel = {
      messages,
      post: (message: SessionMessage) => posted.push(message),
      oneTabAtATime: async <T>(work: () => Promise<T>) => await work(),
    };
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        provideHttpClient(withInterceptors([sessionInterceptor])),
        provideHttpClientTesting(),
        { provide: SessionChannel, useValue: channel },
      ],
    });
    session = TestBed.inject(Session);
    http = TestBed.inject(HttpTestingController);
  });

  afterEach(() => http.verify());

  async function signIn(expiresIn?: number) {
    const signingIn = session.signIn('ada', 'password');
    http.expectOne('/api/auth/login').flush(answer('token-1', expiresIn));
    await signingIn;
  }

  it('asks nothing on a first visit', async () => {
    await session.start();
    expect(session.state()).toBe('signed_out');
  });

  it('picks up the session of this browser', async () => {
    localStorage.setItem('lockstep.signed-in', 'yes');
    const starting = session.start();
    http.expectOne('/api/auth/refresh').flush(answer('token-1'));
    await starting;
    expect(session.state()).toBe('signed_in');
    expect(session.may('operations.start')).toBe(true);
    expect(session.may('users.manage')).toBe(false);
  });

  it('keeps the access token out of the browser’s storage', async () => {
    await signIn();
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('token-1');
    expect(posted).toEqual(['signed_in']);
  });

  it('sends the token, renews a refused one once, and does the request again', async () => {
    await signIn();
    const asked: unknown[] = [];
    TestBed.inject(HttpClient)
      .get('/api/operations')
      .subscribe((body) => asked.push(body));
    await settle();
    const first = http.expectOne('/api/operations');
    expect(first.request.headers.get('Authorization')).toBe('Bearer token-1');
    first.flush(problem, refused);
    await settle();
    http.expectOne('/api/auth/refresh').flush(answer('token-2'));
    await settle();
    const second = http.expectOne('/api/operations');
    expect(second.request.headers.get('Authorization')).toBe('Bearer token-2');
    second.flush({ items: [] });
    expect(asked).toEqual([{ items: [] }]);
  });

  it('lets a request wait until one has signed in again, and goes on then', async () => {
    await signIn();
    const asked: unknown[] = [];
    TestBed.inject(HttpClient)
      .get('/api/operations')
      .subscribe((body) => asked.push(body));
    await settle();
    http.expectOne('/api/operations').flush(problem, refused);
    await settle();
    http.expectOne('/api/auth/refresh').flush(problem, refused);
    await settle();
    expect(session.state()).toBe('expired');
    expect(session.user()?.username).toBe('ada');
    session.adopt(answer('token-3') as never);
    await settle();
    http.expectOne('/api/operations').flush({ items: [1] });
    expect(asked).toEqual([{ items: [1] }]);
  });

  it('does not take a wrong password for a refused token', async () => {
    await signIn();
    const failures: number[] = [];
    TestBed.inject(HttpClient)
      .post('/api/auth/password', {})
      .subscribe({ error: ({ status }: { status: number }) => failures.push(status) });
    await settle();
    http.expectOne('/api/auth/password').flush({ code: 'CREDENTIALS_REFUSED' }, refused);
    expect(failures).toEqual([401]);
    expect(session.state()).toBe('signed_in');
  });

  it('renews only once when several ask at the same time', async () => {
    await signIn();
    const renewals = Promise.all([session.renew(), session.renew(), session.renew()]);
    http.expectOne('/api/auth/refresh').flush(answer('token-2'));
    expect(await renewals).toEqual(['token-2', 'token-2', 'token-2']);
  });

  it('stays signed in when the server cannot be asked', async () => {
    await signIn();
    const renewal = session.renew();
    http.expectOne('/api/auth/refresh').error(new ProgressEvent('error'));
    await expect(renewal).rejects.toBeDefined();
    expect(session.state()).toBe('signed_in');
  });

  it('ends in this tab when another one signed out', async () => {
    await signIn();
    messages.next('signed_out');
    expect(session.state()).toBe('signed_out');
    expect(session.user()).toBeNull();
  });
});
