import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FormField, form, required } from '@angular/forms/signals';
import { readProblem, type ReadableProblem } from '../problem/read-problem';
import { sendForm } from './send-form';

@Component({
  selector: 'lockstep-two-fields',
  imports: [FormField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<input id="host" [formField]="form.host" /><input id="user" [formField]="form.user" />`,
})
class TwoFields {
  readonly form = form(signal({ host: 'web-1', user: '' }), (path) => {
    required(path.host);
    required(path.user);
  });
}

describe('sendForm', () => {
  const problem = signal<ReadableProblem | null>(null);
  let sent: number;

  beforeEach(() => {
    problem.set(null);
    sent = 0;
  });

  async function show() {
    const fixture = TestBed.createComponent(TwoFields);
    document.body.append(fixture.nativeElement as HTMLElement);
    await fixture.whenStable();
    return { fixture, form: fixture.componentInstance.form };
  }

  it('does not send what does not fit, and puts the focus into the first wrong field', async () => {
    const { fixture, form } = await show();
    sendForm(form, problem, () => Promise.resolve(void (sent += 1)));
    await fixture.whenStable();
    expect(sent).toBe(0);
    expect(document.activeElement?.id).toBe('user');
  });

  it('tells why it was refused, and no longer once it is sent again', async () => {
    const { fixture, form } = await show();
    form.user().value.set('deploy');
    sendForm(form, problem, () => Promise.reject(new Error('cut off')));
    await fixture.whenStable();
    expect(problem()).toEqual(readProblem(new Error('cut off')));
    sendForm(form, problem, () => Promise.resolve(void (sent += 1)));
    await fixture.whenStable();
    expect([sent, problem()]).toEqual([1, null]);
  });
});
