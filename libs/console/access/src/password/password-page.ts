import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { FormField, form, required, validate, validateStandardSchema } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, changeMyPassword } from '@lockstep/console-api';
import { Control, Field, ProblemNotice, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Toasts } from '@lockstep/console-ui/overlays';
import { Password } from '@lockstep/contract';
import { Session } from '../session/session';
import { roleSentence, roleTitle } from '../settings/role-words';

const empty = { currentPassword: '', password: '', repeated: '' };

/** Who one is, and one's own password. */
@Component({
  selector: 'lockstep-password-page',
  imports: [Control, Field, FormField, MatButton, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-stack narrow">
      <section class="ls-card" aria-labelledby="who-title">
        <div class="ls-card__head"><h2 id="who-title" i18n>You</h2></div>
        <dl class="ls-facts ls-card__body">
          <dt i18n>User name</dt>
          <dd>{{ user()?.username }}</dd>
          <dt i18n>Role</dt>
          <dd>
            {{ role() }}
            <p class="ls-small ls-muted">{{ roleWords() }}</p>
          </dd>
        </dl>
      </section>
      <section class="ls-card" aria-labelledby="password-title">
        <div class="ls-card__head"><h2 id="password-title" i18n>Change password</h2></div>
        <form class="ls-form ls-card__body" novalidate (submit)="change($event)">
          @if (problem(); as problem) {
            <lockstep-problem-notice [problem]="problem" />
          }
          <input type="text" hidden autocomplete="username" [value]="user()?.username" />
          <lockstep-field label="Current password" i18n-label [error]="error('currentPassword')">
            <input lockstepControl type="password" autocomplete="current-password" [formField]="form.currentPassword" />
          </lockstep-field>
          <lockstep-field
            label="New password"
            i18n-label
            hint="At least 12 characters. Your other sessions end."
            i18n-hint
            [error]="error('password')"
          >
            <input lockstepControl type="password" autocomplete="new-password" [formField]="form.password" />
          </lockstep-field>
          <lockstep-field label="New password again" i18n-label [error]="error('repeated')">
            <input lockstepControl type="password" autocomplete="new-password" [formField]="form.repeated" />
          </lockstep-field>
          <div>
            <button matButton="filled" type="submit" [disabled]="form().submitting()" i18n>Change password</button>
          </div>
        </form>
      </section>
    </div>
  `,
  styles: `
    .narrow {
      max-width: 560px;
    }
  `,
})
export class PasswordPage {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly user = inject(Session).user;
  protected readonly role = computed(() => roleTitle(this.user()?.role ?? 'viewer'));
  protected readonly roleWords = computed(() => roleSentence(this.user()?.role ?? 'viewer'));
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly model = signal(empty);
  protected readonly form = form(this.model, (path) => {
    required(path.currentPassword, { message: $localize`Enter your current password.` });
    required(path.password, { message: $localize`Choose a new password.` });
    validateStandardSchema(path.password, Password);
    validate(path.repeated, ({ value, valueOf }) =>
      value() === valueOf(path.password)
        ? undefined
        : { kind: 'different', message: $localize`The two passwords differ.` },
    );
  });

  protected readonly error = (name: keyof typeof empty) => fieldError(this.form[name](), this.problem(), name);

  protected change(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { currentPassword, password } = this.model();
      await this.api.invoke(changeMyPassword, { body: { currentPassword, password } });
      this.form().reset(empty);
      this.toasts.show($localize`Password changed. Your other sessions have ended.`);
    });
  }
}
