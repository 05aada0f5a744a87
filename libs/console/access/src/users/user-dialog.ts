import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormField, form, required, validateStandardSchema } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Api, changeUser, createUser } from '@lockstep/console-api';
import { Control, Field, ProblemNotice, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Password, Username, type User, type UserInput } from '@lockstep/contract';
import { roleChoices, roleSentence, roleTitle } from '../settings/role-words';

/** Makes a user; given one, it sets their password. */
@Component({
  selector: 'lockstep-user-dialog',
  imports: [
    Control,
    Field,
    FormField,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    ProblemNotice,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>
      @if (user) {
        <ng-container i18n>New password for {{ user.username }}</ng-container>
      } @else {
        <ng-container i18n>Add user</ng-container>
      }
    </h2>
    <form novalidate (submit)="save($event)">
      <mat-dialog-content>
        <div class="ls-form">
          @if (problem(); as problem) {
            <lockstep-problem-notice [problem]="problem" />
          }
          @if (!user) {
            <lockstep-field label="User name" i18n-label [error]="error('username')">
              <input
                lockstepControl
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                [formField]="form.username"
              />
            </lockstep-field>
            <lockstep-field label="Role" i18n-label [hint]="roleSentence(model().role)">
              <select lockstepControl [formField]="form.role">
                @for (role of roles; track role) {
                  <option [value]="role">{{ roleTitle(role) }}</option>
                }
              </select>
            </lockstep-field>
          }
          <lockstep-field
            label="Password"
            i18n-label
            hint="At least 12 characters. Hand it over in a safe way; they can change it."
            i18n-hint
            [error]="error('password')"
          >
            <input lockstepControl type="password" autocomplete="new-password" [formField]="form.password" />
          </lockstep-field>
        </div>
      </mat-dialog-content>
      <mat-dialog-actions class="ls-dialog-actions">
        <button matButton="outlined" type="button" mat-dialog-close i18n>Cancel</button>
        <button matButton="filled" type="submit" [disabled]="form().submitting()">
          @if (user) {
            <ng-container i18n>Set password</ng-container>
          } @else {
            <ng-container i18n>Add user</ng-container>
          }
        </button>
      </mat-dialog-actions>
    </form>
  `,
})
export class UserDialog {
  private readonly api = inject(Api);
  private readonly dialog = inject(MatDialogRef);
  protected readonly user = inject<User | null>(MAT_DIALOG_DATA);
  protected readonly roles = roleChoices;
  protected readonly roleTitle = roleTitle;
  protected readonly roleSentence = roleSentence;
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly model = signal<Pick<UserInput, 'username' | 'role' | 'password'>>({
    username: this.user?.username ?? '',
    role: 'operator',
    password: '',
  });
  protected readonly form = form(this.model, (path) => {
    required(path.username, { message: $localize`Choose a user name.` });
    validateStandardSchema(path.username, Username);
    required(path.password, { message: $localize`Choose a password.` });
    validateStandardSchema(path.password, Password);
  });
  protected readonly error = (name: 'username' | 'password') => fieldError(this.form[name](), this.problem(), name);

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { username, role, password } = this.model();
      if (this.user === null) await this.api.invoke(createUser, { body: { username, role, password } });
      else await this.api.invoke(changeUser, { id: this.user.id, body: { password } });
      this.dialog.close(true);
    });
  }
}
