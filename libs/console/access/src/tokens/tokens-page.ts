import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { FormField, form, maxLength, required } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, createToken, listTokens, revokeToken } from '@lockstep/console-api';
import {
  Control,
  EmptyState,
  Field,
  Icon,
  ProblemNotice,
  Spinner,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Confirm, CopyButton, RelativeTime, Toasts } from '@lockstep/console-ui/overlays';
import type { ApiToken, IssuedToken, Role } from '@lockstep/contract';
import { Session } from '../session/session';
import { roleChoices, roleTitle } from '../settings/role-words';

const day = 24 * 60 * 60 * 1_000;
const empty = { name: '', role: 'viewer' as Role, days: '90' };

/** One's own API tokens: for scripts, `curl` and pipelines. A new one is shown once. */
@Component({
  selector: 'lockstep-tokens-page',
  imports: [Control, CopyButton, EmptyState, Field, FormField, Icon, MatButton, ProblemNotice, RelativeTime, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './tokens-page.html',
  styleUrl: './tokens-page.scss',
})
export class TokensPage {
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);

  protected readonly roleTitle = roleTitle;
  /** At most one's own role. */
  protected readonly roles = computed(() =>
    roleChoices.slice(roleChoices.indexOf(this.session.user()?.role ?? 'viewer')),
  );
  protected readonly tokens = signal<readonly ApiToken[] | null>(null);
  protected readonly issued = signal<IssuedToken | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  private readonly model = signal(empty);
  protected readonly form = form(this.model, (path) => {
    required(path.name, { message: $localize`Name what it is for, for example “deploy pipeline”.` });
    maxLength(path.name, 100, { message: $localize`At most 100 characters.` });
  });
  protected readonly error = (name: keyof typeof empty) => fieldError(this.form[name](), this.problem(), name);
  protected readonly example = computed(
    () => `curl -H "Authorization: Bearer $LOCKSTEP_TOKEN" '${location.origin}/api/operations'`,
  );

  constructor() {
    void this.load();
  }

  protected create(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const { name, role, days } = this.model();
      const expiresAt = days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * day).toISOString() };
      this.issued.set(await this.api.invoke(createToken, { body: { name: name.trim(), role, ...expiresAt } }));
      this.form().reset(empty);
      await this.load();
    });
  }

  protected async revoke(token: ApiToken): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Revoke ${token.name}:NAME:?`,
      paragraphs: [
        $localize`Whatever uses this token is refused from now on, and its live connections end within two seconds.`,
      ],
      action: $localize`Revoke token`,
      danger: true,
    });
    if (!agreed) return;
    try {
      await this.api.invoke(revokeToken, { id: token.id });
      this.toasts.show($localize`Revoked.`);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
    await this.load();
  }

  private async load(): Promise<void> {
    try {
      this.tokens.set((await this.api.invoke(listTokens)).items);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
