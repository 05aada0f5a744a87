import { TestBed } from '@angular/core/testing';
import { NavigationStart, Router } from '@angular/router';
import { Subject } from 'rxjs';
import { CurlRecorder } from './curl-recorder';

describe('CurlRecorder', () => {
  const events = new Subject<unknown>();
  let recorder: CurlRecorder;
  const paths = () => recorder.requests().map(({ method, path }) => `${method} ${path}`);
  const ask = (method: string, path: string) => recorder.record({ method, path, body: null });

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [{ provide: Router, useValue: { events } }] });
    recorder = TestBed.inject(CurlRecorder);
  });

  it('names changes before readings, the newest first, each once', () => {
    ask('GET', '/api/connections/5');
    ask('POST', '/api/connections/5/test-connection');
    ask('GET', '/api/operations');
    ask('GET', '/api/connections/5');
    expect(paths()).toEqual([
      'POST /api/connections/5/test-connection',
      'GET /api/connections/5',
      'GET /api/operations',
    ]);
  });

  it('keeps the change that led to another page, and forgets it on the one after', () => {
    ask('GET', '/api/connections');
    ask('POST', '/api/connections');
    events.next(new NavigationStart(1, '/connections/6'));
    ask('GET', '/api/connections/6');
    expect(paths()).toEqual(['POST /api/connections', 'GET /api/connections/6']);
    events.next(new NavigationStart(2, '/'));
    expect(paths()).toEqual([]);
  });
});
