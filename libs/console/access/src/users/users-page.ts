import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Api, changeUser, deleteUser, listUsers } from '@lockstep/console-api';
import { EmptyState, Icon, Spinner, StatusBadge, readProblem } from '@lockstep/console-ui';
import { PagedList } from '@lockstep/console-ui/table';
import { Confirm, RelativeTime, Toasts, dialogFocus } from '@lockstep/console-ui/overlays';
import type { Role, User } from '@lockstep/contract';
import { firstValueFrom } from 'rxjs';
import { Session } from '../session/session';
import { roleChoices, roleTitle } from '../settings/role-words';

/** Who may sign in, as what, and what each may see. */
@Component({
  selector: 'lockstep-users-page',
  imports: [
    EmptyState,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    RelativeTime,
    Spinner,
    StatusBadge,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './users-page.html',
  styleUrl: './users-page.scss',
})
export class UsersPage {
  private readonly api = inject(Api);
  private readonly dialog = inject(MatDialog);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  protected readonly me = inject(Session).user;
  protected readonly list = new PagedList<User>();
  protected readonly roles = roleChoices;
  protected readonly roleTitle = roleTitle;

  constructor() {
    void this.list.load(
      async (cursor) => await this.api.invoke(listUsers, { limit: 100, ...(cursor === null ? {} : { cursor }) }),
    );
  }

  protected actionsLabel(user: User): string {
    return $localize`Actions for ${user.username}:NAME:`;
  }

  protected grantWords(user: User): string {
    if (user.role === 'administrator') return $localize`Everything`;
    const { tags, connectionIds } = user.grants;
    const parts = [
      ...(tags.length === 1 ? [$localize`tag ${tags[0]}:NAME:`] : []),
      ...(tags.length > 1 ? [$localize`tags ${tags.join(', ')}:NAMES:`] : []),
      ...(connectionIds.length === 1 ? [$localize`1 host`] : []),
      ...(connectionIds.length > 1 ? [$localize`${connectionIds.length}:COUNT: hosts`] : []),
    ];
    return parts.length === 0 ? $localize`Nothing yet` : parts.join(' · ');
  }

  protected async create(): Promise<void> {
    const { UserDialog } = await import('./user-dialog');
    await this.openDialog(UserDialog, null);
  }

  protected async setPassword(user: User): Promise<void> {
    const { UserDialog } = await import('./user-dialog');
    await this.openDialog(UserDialog, user);
  }

  protected async setGrants(user: User): Promise<void> {
    const { GrantsDialog } = await import('./grants-dialog');
    await this.openDialog(GrantsDialog, user);
  }

  protected async setRole(user: User, role: Role): Promise<void> {
    await this.attempt(async () => void (await this.api.invoke(changeUser, { id: user.id, body: { role } })));
  }

  protected async setDisabled(user: User, disabled: boolean): Promise<void> {
    await this.attempt(async () => void (await this.api.invoke(changeUser, { id: user.id, body: { disabled } })));
  }

  protected async remove(user: User): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Delete ${user.username}:NAME:?`,
      paragraphs: [
        $localize`Their sessions and API tokens end within two seconds. What they did stays in the operations and the audit.`,
      ],
      action: $localize`Delete user`,
      danger: true,
    });
    if (agreed) await this.attempt(async () => void (await this.api.invoke(deleteUser, { id: user.id })));
  }

  private async openDialog(component: Parameters<MatDialog['open']>[0], data: User | null): Promise<void> {
    const opened = this.dialog.open(component as never, { ...dialogFocus, data, width: '480px' });
    if ((await firstValueFrom(opened.afterClosed())) === true) await this.list.reload();
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const problem = readProblem(error);
      this.toasts.show(`${problem.title}. ${problem.advice}`);
    }
    await this.list.reload();
  }
}
