import { DOCUMENT, Location } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormField, form, required, validate, validateStandardSchema } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Api, setUp } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  FocusFirst,
  ProblemNotice,
  fieldError,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Password, Username } from '@lockstep/contract';
import { Session } from '../session/session';
import { Gate } from './gate';

/** Makes the first administrator with the one-time token of the link. The token is taken out of the address at once. */
@Component({
  selector: 'lockstep-setup-page',
  imports: [CodeControl, Control, Field, FocusFirst, FormField, Gate, MatButton, ProblemNotice, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-gate
      heading="Create the administrator"
      i18n-heading
      about="It may do everything. Lockstep comes without a default account, so choose a name and a password of your own."
      i18n-about
    >
      <form class="ls-form" novalidate lockstepFocusFirst (submit)="create($event)">
        @if (problem(); as problem) {
          <lockstep-problem-notice [problem]="problem">
            @if (problem.code === 'GONE') {
              <a routerLink="/sign-in" i18n>Go to the sign-in page</a>
            }
          </lockstep-problem-notice>
        }
        @if (!tokenFromLink) {
          <lockstep-field
            label="Set-up token"
            i18n-label
            hint="The part after #token= in the link that the server printed."
            i18n-hint
            [error]="error('token')"
          >
            <input lockstepCodeControl [formField]="form.token" />
          </lockstep-field>
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
        <lockstep-field
          label="Password"
          i18n-label
          hint="At least 12 characters. A few unrelated words do well."
          i18n-hint
          [error]="error('password')"
        >
          <input lockstepControl type="password" autocomplete="new-password" [formField]="form.password" />
        </lockstep-field>
        <lockstep-field label="Password again" i18n-label [error]="error('repeated')">
          <input lockstepControl type="password" autocomplete="new-password" [formField]="form.repeated" />
        </lockstep-field>
        <button matButton="filled" type="submit" [disabled]="form().submitting()" i18n>Create administrator</button>
      </form>
    </lockstep-gate>
  `,
})
export class SetupPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  protected readonly tokenFromLink = takeToken(inject(DOCUMENT), inject(Location));
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly model = signal({ token: this.tokenFromLink, username: '', password: '', repeated: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.token, { message: $localize`Paste the token of the set-up link.` });
    required(path.username, { message: $localize`Choose a user name.` });
    validateStandardSchema(path.username, Username);
    required(path.password, { message: $localize`Choose a password.` });
    validateStandardSchema(path.password, Password);
    validate(path.repeated, ({ value, valueOf }) =>
      value() === valueOf(path.password)
        ? undefined
        : { kind: 'different', message: $localize`The two passwords differ.` },
    );
  });

  protected readonly error = (name: 'token' | 'username' | 'password' | 'repeated') =>
    fieldError(this.form[name](), this.problem(), name);

  protected create(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { token, username, password } = this.model();
      this.session.adopt(await this.api.invoke(setUp, { body: { token: token.trim(), username, password } }));
      await this.router.navigate(['/welcome']);
    });
  }
}

/** A secret in the address would stay in the history. */
function takeToken(document: Document, location: Location): string {
  const token = new URLSearchParams(document.location.hash.slice(1)).get('token') ?? '';
  if (token !== '') location.replaceState('/setup');
  return token;
}
