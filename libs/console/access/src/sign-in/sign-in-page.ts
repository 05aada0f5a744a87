import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { SignInForm } from '../session/sign-in-form';
import { Gate } from './gate';

@Component({
  selector: 'lockstep-sign-in-page',
  imports: [Gate, SignInForm],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <lockstep-gate heading="Sign in" i18n-heading about="Operations run and are seen under your name." i18n-about>
      <lockstep-sign-in-form (signedIn)="goOn()" />
      <p below class="ls-small ls-muted" i18n>First start? Open the set-up link that the server printed.</p>
    </lockstep-gate>
  `,
  styles: `
    p[below] {
      padding-left: 4px;
    }
  `,
})
export class SignInPage {
  private readonly router = inject(Router);
  /** The page one wanted to see. */
  readonly then = input<string>();

  protected goOn(): void {
    const then = this.then();
    const isOwnPath = then !== undefined && /^\/(?![/\\])/.test(then);
    void this.router.navigateByUrl(isOwnPath ? then : '/');
  }
}
