import { signal } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { Session } from '@lockstep/console-access';
import { OperationsStore } from '@lockstep/console-operations';
import type { Operation } from '@lockstep/contract';
import { restartOf } from '../service.testing';
import { RestartButton } from './restart-button';
import { ServiceRestarts } from './service-restarts';

describe('RestartButton', () => {
  const operations = signal<ReadonlyMap<string, Operation>>(new Map());
  const activeOf = (connectionId: number, type: string, target: string) =>
    [...operations().values()].find(
      (each) => each.connectionId === connectionId && each.type === type && each.target === target,
    );
  let agrees: boolean;
  let started: number;

  beforeEach(() => {
    agrees = true;
    started = 0;
    operations.set(new Map());
    const restarts = { ask: () => Promise.resolve(agrees), start: () => Promise.resolve(void (started += 1)) };
    TestBed.configureTestingModule({
      providers: [
        { provide: OperationsStore, useValue: { operations, activeOf } },
        { provide: ServiceRestarts, useValue: restarts },
        { provide: Session, useValue: { may: () => true } },
      ],
    });
  });

  async function show(): Promise<ComponentFixture<RestartButton>> {
    const fixture = TestBed.createComponent(RestartButton);
    fixture.componentRef.setInput('connectionId', 5);
    fixture.componentRef.setInput('connectionName', 'web-1');
    fixture.componentRef.setInput('service', 'nginx.service');
    await fixture.whenStable();
    return fixture;
  }
  const textOf = ({ nativeElement }: ComponentFixture<RestartButton>) =>
    (nativeElement as HTMLElement).textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';

  it('starts only after the question was answered with yes', async () => {
    const fixture = await show();
    const button = (fixture.nativeElement as HTMLElement).querySelector('button');
    agrees = false;
    button?.click();
    await fixture.whenStable();
    expect(started).toBe(0);
    agrees = true;
    button?.click();
    await fixture.whenStable();
    expect(started).toBe(1);
  });

  it('shows the message of a running restart, whoever started it, and not that of another service', async () => {
    const fixture = await show();
    operations.set(new Map([['a', restartOf({ id: 'a', target: 'ssh.service', message: 'other' })]]));
    await fixture.whenStable();
    expect(textOf(fixture)).toBe('Restart');
    operations.set(new Map([['b', restartOf({ id: 'b', message: 'Watch it settle' })]]));
    await fixture.whenStable();
    expect(textOf(fixture)).toMatch(/^Watch it settle.*Open the running restart of nginx.service$/);
  });
});
