import { TestBed } from '@angular/core/testing';
import { Api, listServices, pinServices } from '@lockstep/console-api';
import { OperationActions, OperationsStore } from '@lockstep/console-operations';
import type { Operation, ServiceList } from '@lockstep/contract';
import { Subject } from 'rxjs';
import { restartOf, serviceOf } from '../service.testing';
import { HostServices } from './host-services';

describe('HostServices', () => {
  const ended = new Subject<Operation>();
  const readAt = '2026-11-22T12:00:00.000Z';
  let known: ServiceList;
  let asked: (string | undefined)[];
  let pins: string[][];
  let mayPin: boolean;
  let host: HostServices;

  beforeEach(() => {
    asked = [];
    pins = [];
    mayPin = true;
    known = { items: [serviceOf('ssh.service'), serviceOf('nginx.service')], readAt, failure: null };
    const invoke = (route: unknown, query: { refresh?: string; body?: { services: string[] } }) => {
      if (route === pinServices) {
        pins.push(query.body?.services ?? []);
        return mayPin ? Promise.resolve(query.body) : Promise.reject(new Error('refused'));
      }
      expect(route).toBe(listServices);
      asked.push(query.refresh);
      return Promise.resolve(known);
    };
    const attempt = (work: () => Promise<void>) =>
      work().then(
        () => true,
        () => false,
      );
    TestBed.configureTestingModule({
      providers: [
        HostServices,
        { provide: Api, useValue: { invoke } },
        { provide: OperationsStore, useValue: { ended } },
        { provide: OperationActions, useValue: { attempt } },
      ],
    });
    host = TestBed.inject(HostServices);
  });

  it('shows what is known before the host is asked', async () => {
    await host.open(5);
    expect(asked).toEqual(['false', undefined]);
    expect(host.body()).toBe('rows');
  });

  it('tells apart a host that was never read, one without services, and one that could not be asked', async () => {
    known = { items: [], readAt: null, failure: null };
    expect(host.body()).toBe('loading');
    await host.openKnown(5);
    expect(host.body()).toBe('never');
    known = { items: [], readAt, failure: null };
    await host.openKnown(5);
    expect(host.body()).toBe('none');
    known = { items: [], readAt: null, failure: { code: 'HOST_KEY_UNKNOWN', message: '', at: readAt } };
    await host.openKnown(5);
    expect(host.body()).toBe('failed');
  });

  it('puts a pinned service first at once, and takes that back when it was refused', async () => {
    await host.openKnown(5);
    const done = host.togglePin('nginx.service');
    expect(host.items().map(({ name }) => name)).toEqual(['nginx.service', 'ssh.service']);
    await done;
    expect(pins).toEqual([['nginx.service']]);
    mayPin = false;
    await host.togglePin('ssh.service');
    expect(host.items().map(({ name, pinned }) => [name, pinned])).toEqual([
      ['nginx.service', true],
      ['ssh.service', false],
    ]);
  });

  it('asks the host again after a restart that changed something there, and not after another host’s', async () => {
    await host.openKnown(5);
    ended.next(restartOf({ status: 'completed', phase: null, effect: 'applied', connectionId: 6 }));
    ended.next(restartOf({ status: 'cancelled', phase: null, effect: 'none' }));
    expect(asked).toEqual(['false']);
    ended.next(restartOf({ status: 'failed', phase: null, effect: 'applied' }));
    expect(asked).toEqual(['false', 'true']);
  });
});
