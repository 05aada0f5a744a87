import { ChangeDetectionStrategy, Component, type Injector, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog, MatDialogContent, MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import { dialogFocus } from '@lockstep/console-ui/overlays';
import { Session } from './session';
import { SignInForm } from './sign-in-form';

/** The session ended under one's hands. The page behind stays as it is, and goes on afterwards. */
@Component({
  selector: 'lockstep-sign-in-again-dialog',
  imports: [MatButton, MatDialogContent, MatDialogTitle, SignInForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title i18n>Sign in again</h2>
    <mat-dialog-content>
      <div class="ls-stack">
        <p i18n>Your session has ended. What you see stays here and goes on once you have signed in.</p>
        <lockstep-sign-in-form [username]="username()" (signedIn)="dialog.close()" />
        <button matButton type="button" (click)="leave()" i18n>Sign in as someone else</button>
      </div>
    </mat-dialog-content>
  `,
})
class SignInAgainDialog {
  protected readonly dialog = inject(MatDialogRef);
  private readonly session = inject(Session);
  protected readonly username = computed(() => this.session.user()?.username ?? '');

  protected async leave(): Promise<void> {
    await this.session.signOut();
    this.dialog.close();
  }
}

/** Opens it; what comes back closes it. `closed` is called once it is gone, however that came about. */
export function openSignInAgain(injector: Injector, closed: () => void): () => void {
  const opened = injector.get(MatDialog).open(SignInAgainDialog, {
    ...dialogFocus,
    width: '420px',
    disableClose: true,
    autoFocus: 'input[type=password]',
  });
  opened.afterClosed().subscribe(closed);
  return () => opened.close();
}
