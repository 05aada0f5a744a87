import { signal } from '@angular/core';
import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import type { Operation } from '@lockstep/contract';
import { operationOf } from '../operation.testing';
import { OperationsStore } from '../store/operations-store';
import { OperationButton } from './operation-button';

describe('OperationButton', () => {
  const operations = signal<ReadonlyMap<string, Operation>>(new Map());
  const isOfSlot = (operation: Operation, ...[connectionId, type, target]: Parameters<OperationsStore['activeOf']>) =>
    operation.connectionId === connectionId && operation.type === type && operation.target === target;
  const activeOf: OperationsStore['activeOf'] = (...slot) =>
    [...operations().values()].find((each) => isOfSlot(each, ...slot));
  let permitted: boolean;
  /** Answers each request to start, in turn. */
  let asked: (() => void)[];
  let navigated: unknown[];

  beforeEach(() => {
    permitted = true;
    asked = [];
    navigated = [];
    operations.set(new Map());
    TestBed.configureTestingModule({
      providers: [
        { provide: OperationsStore, useValue: { operations, activeOf } },
        { provide: Session, useValue: { may: () => permitted } },
        { provide: Router, useValue: { navigate: (commands: unknown) => Promise.resolve(navigated.push(commands)) } },
      ],
    });
  });

  async function show(inputs: object = {}): Promise<ComponentFixture<OperationButton>> {
    const fixture = TestBed.createComponent(OperationButton);
    const start = () => new Promise<void>((resolve) => asked.push(resolve));
    const given = { type: 'certificate_renewal', connectionId: 5, target: '7', start, icon: 'refresh', ...inputs };
    for (const [name, value] of Object.entries({ ...given, openLabel: 'Open it' }))
      fixture.componentRef.setInput(name, value);
    document.body.append(fixture.nativeElement as HTMLElement);
    await fixture.whenStable();
    return fixture;
  }
  const renewal = (fields: Partial<Operation> = {}) =>
    operationOf({ type: 'certificate_renewal', target: '7', ...fields });
  const runs = (...running: Operation[]) => operations.set(new Map(running.map((each) => [each.id, each])));
  const buttonOf = ({ nativeElement }: ComponentFixture<OperationButton>) =>
    (nativeElement as HTMLElement).querySelector('button');
  const textOf = (fixture: ComponentFixture<OperationButton>) =>
    buttonOf(fixture)?.textContent?.replaceAll(/\s+/g, ' ').trim();

  it('asks once, however often it is pressed before the answer, and can be pressed again after a refusal', async () => {
    const fixture = await show();
    buttonOf(fixture)?.click();
    buttonOf(fixture)?.click();
    await fixture.whenStable();
    expect(asked).toHaveLength(1);
    expect(buttonOf(fixture)?.getAttribute('aria-disabled')).toBe('true');
    asked[0]?.();
    await fixture.whenStable();
    buttonOf(fixture)?.click();
    expect(asked).toHaveLength(2);
  });

  it('is the same button with the focus while it runs, and leads to the operation', async () => {
    const fixture = await show();
    buttonOf(fixture)?.focus();
    buttonOf(fixture)?.click();
    runs(renewal({ id: 'a', message: 'Order' }));
    asked[0]?.();
    await fixture.whenStable();
    expect(textOf(fixture)).toMatch(/^Order.*Open it$/);
    expect(document.activeElement).toBe(buttonOf(fixture));
    buttonOf(fixture)?.click();
    expect(navigated).toEqual([['/operations', 'a']]);
    expect(asked).toHaveLength(1);
  });

  it('shows how far it is where that was asked for', async () => {
    runs(renewal({ message: 'Challenges', progress: 30 }));
    expect(textOf(await show({ percentage: true }))).toContain('30 %');
  });

  it('says for whom it waits while another operation has its turn on the host', async () => {
    runs(
      renewal({ id: 'a', target: '8', actor: { kind: 'user', id: '2', name: 'olga' } }),
      renewal({ id: 'b', status: 'pending', phase: 'waiting', blockedBy: 'a' }),
    );
    expect(textOf(await show())).toContain('Waits for Certificate renewal, olga');
  });

  it('is not there for who may not start anything, except to show what runs', async () => {
    permitted = false;
    const fixture = await show();
    expect(buttonOf(fixture)).toBeNull();
    runs(renewal({ message: 'Order' }));
    await fixture.whenStable();
    expect(textOf(fixture)).toContain('Order');
  });
});
