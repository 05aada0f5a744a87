import { ChangeDetectionStrategy, Component, effect, inject, input, output, signal, untracked } from '@angular/core';
import { FormField, form, readonly, required } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import {
  Control,
  Field,
  FocusFirst,
  ProblemNotice,
  Spinner,
  fieldError,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Session } from './session';

/** Name and password. Used on the sign-in page and where a session ended under one's hands. */
@Component({
  selector: 'lockstep-sign-in-form',
  imports: [Control, Field, FocusFirst, FormField, MatButton, ProblemNotice, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form class="ls-form" novalidate lockstepFocusFirst (submit)="signIn($event)">
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      <lockstep-field label="User name" i18n-label [error]="error('username')">
        <input
          lockstepControl
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          [formField]="form.username"
        />
      </lockstep-field>
      <lockstep-field label="Password" i18n-label [error]="error('password')">
        <input lockstepControl type="password" autocomplete="current-password" [formField]="form.password" />
      </lockstep-field>
      <button matButton="filled" type="submit" [disabled]="form().submitting()">
        @if (form().submitting()) {
          <lockstep-spinner [size]="14" />
        }
        <ng-container i18n>Sign in</ng-container>
      </button>
    </form>
  `,
})
export class SignInForm {
  private readonly session = inject(Session);
  /** Given when only this user may sign in again. */
  readonly username = input('');
  readonly signedIn = output();

  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly model = signal({ username: '', password: '' });
  protected readonly form = form(this.model, (path) => {
    readonly(path.username, () => this.username() !== '');
    required(path.username, { message: $localize`Enter your user name.` });
    required(path.password, { message: $localize`Enter your password.` });
  });

  protected readonly error = (name: 'username' | 'password') => fieldError(this.form[name](), this.problem(), name);

  constructor() {
    effect(() => {
      const username = this.username();
      if (username !== '') untracked(() => this.model.update((model) => ({ ...model, username })));
    });
  }

  protected signIn(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      await this.session.signIn(this.model().username.trim(), this.model().password);
      this.signedIn.emit();
    });
  }
}
