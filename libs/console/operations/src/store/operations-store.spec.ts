import { TestBed } from '@angular/core/testing';
import { Api } from '@lockstep/console-api';
import { ConnectionRooms, LiveActivity } from '@lockstep/console-live';
import type { AccessLost, ConnectionSnapshot, Operation, OperationUpdate } from '@lockstep/contract';
import { Subject } from 'rxjs';
import { operationOf } from '../operation.testing';
import { OperationsStore } from './operations-store';

const drawn = async () => await new Promise((resolve) => setTimeout(resolve, 120));

describe('OperationsStore', () => {
  const activity = new Subject<readonly Operation[]>();
  const snapshots = new Subject<ConnectionSnapshot>();
  const updates = new Subject<OperationUpdate>();
  const accessLost = new Subject<AccessLost>();
  let store: OperationsStore;
  let answers: Map<string, Operation>;

  beforeEach(() => {
    answers = new Map();
    const invoke = (_route: unknown, { id }: { id: string }) =>
      answers.has(id) ? Promise.resolve(answers.get(id)) : Promise.reject(new Error('404'));
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: { invoke } },
        { provide: ConnectionRooms, useValue: { snapshots, updates, accessLost } },
        { provide: LiveActivity, useValue: { snapshots: activity } },
      ],
    });
    store = TestBed.inject(OperationsStore);
  });

  it('finds the active operation of a slot, whoever started it', async () => {
    activity.next([operationOf({ id: 'a', actor: { kind: 'schedule', id: '1', name: 'nightly' } })]);
    await drawn();
    expect(store.activeOf(5, 'ssh_test')?.id).toBe('a');
    expect(store.activeOf(6, 'ssh_test')).toBeUndefined();
  });

  it('drops a state that is older than the known one', async () => {
    store.take(operationOf({ id: 'a', sequence: 4, progress: 60 }));
    updates.next({ operation: operationOf({ id: 'a', sequence: 3, progress: 40 }), position: 3 });
    await drawn();
    expect(store.operations().get('a')?.progress).toBe(60);
  });

  it('tells each beginning and each end once', () => {
    const begun: string[] = [];
    const ended: string[] = [];
    store.begun.subscribe(({ id }) => begun.push(id));
    store.ended.subscribe(({ id }) => ended.push(id));
    store.take(operationOf({ id: 'a', sequence: 1 }));
    store.take(operationOf({ id: 'a', sequence: 2 }));
    const end = operationOf({ id: 'a', sequence: 3, status: 'completed', phase: null });
    store.take(end);
    store.take(end);
    store.take(operationOf({ id: 'b', sequence: 9, status: 'failed', phase: null }));
    expect(begun).toEqual(['a']);
    expect(ended).toEqual(['a']);
  });

  it('asks how an operation ended that is not active any more after the link was away', async () => {
    activity.next([operationOf({ id: 'a', sequence: 2 })]);
    answers.set('a', operationOf({ id: 'a', sequence: 7, status: 'failed', phase: null }));
    activity.next([]);
    await drawn();
    expect(store.active()).toEqual([]);
    expect(store.operations().get('a')?.status).toBe('failed');
  });

  it('says that it is live (again), so that what was read before is read again', () => {
    const known: number[] = [];
    store.resumed.subscribe(() => known.push(store.active().length));
    activity.next([]);
    activity.next([]);
    expect(known).toHaveLength(2);
  });

  it('forgets what one may no longer see', async () => {
    store.take(operationOf({ id: 'a' }));
    store.take(operationOf({ id: 'b', connectionId: 6 }));
    accessLost.next({ scope: 'connection', connectionId: 5, message: '' });
    await drawn();
    expect([...store.operations().keys()]).toEqual(['b']);
  });

  it('begins anew for a connection whose snapshot says that the old state is void', async () => {
    store.take(operationOf({ id: 'old', sequence: 90 }));
    snapshots.next({ connectionId: 5, operations: [operationOf({ id: 'new' })], position: 1, reset: true });
    await drawn();
    expect([...store.operations().keys()]).toEqual(['new']);
  });
});
