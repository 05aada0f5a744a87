import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import { Session, roleTitle } from '@lockstep/console-access';
import { Icon, Preferences, type Density, type Theme } from '@lockstep/console-ui';

interface Choice<Value> {
  readonly value: Value;
  readonly title: string;
}

/** Oneself: looks, account, sign out. */
@Component({
  selector: 'lockstep-user-menu',
  imports: [Icon, MatDivider, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button matIconButton type="button" [matMenuTriggerFor]="menu" aria-label="Your menu" i18n-aria-label>
      <lockstep-icon name="user" [size]="18" />
    </button>
    <mat-menu #menu="matMenu" xPosition="before">
      <p class="who">
        <strong class="ls-cut">{{ user()?.username }}</strong><span class="ls-small ls-muted">{{ role() }}</span>
      </p>
      <mat-divider />
      @for (choice of themes; track choice.value) {
        <button
          mat-menu-item
          type="button"
          role="menuitemradio"
          [attr.aria-checked]="preferences.theme() === choice.value"
          (click)="preferences.theme.set(choice.value)"
        >
          <lockstep-icon [name]="preferences.theme() === choice.value ? 'check' : themeIcon(choice.value)" />
          <span>{{ choice.title }}</span>
        </button>
      }
      <mat-divider />
      @for (choice of densities; track choice.value) {
        <button
          mat-menu-item
          type="button"
          role="menuitemradio"
          [attr.aria-checked]="preferences.density() === choice.value"
          (click)="preferences.density.set(choice.value)"
        >
          <lockstep-icon [name]="preferences.density() === choice.value ? 'check' : 'rows'" />
          <span>{{ choice.title }}</span>
        </button>
      }
      <mat-divider />
      <a mat-menu-item routerLink="/settings/account"><lockstep-icon name="settings" /><span i18n>Account</span></a>
      <a mat-menu-item href="/api/docs" target="_blank" rel="noopener"
        ><lockstep-icon name="document" /><span i18n>API documentation</span></a
      >
      <mat-divider />
      <button mat-menu-item type="button" (click)="session.signOut()">
        <lockstep-icon name="signOut" /><span i18n>Sign out</span>
      </button>
    </mat-menu>
  `,
  styles: `
    .who {
      display: flex;
      flex-direction: column;
      padding: 6px 16px 8px;
    }
  `,
})
export class UserMenu {
  protected readonly session = inject(Session);
  protected readonly preferences = inject(Preferences);
  protected readonly user = computed(() => this.session.user());
  protected readonly role = computed(() => roleTitle(this.user()?.role ?? 'viewer'));
  protected readonly themes: readonly Choice<Theme>[] = [
    { value: 'system', title: $localize`As the system` },
    { value: 'light', title: $localize`Light` },
    { value: 'dark', title: $localize`Dark` },
  ];
  protected readonly densities: readonly Choice<Density>[] = [
    { value: 'compact', title: $localize`Compact` },
    { value: 'comfortable', title: $localize`Comfortable` },
  ];

  protected themeIcon(theme: Theme): 'sun' | 'moon' | 'monitor' {
    return theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'monitor';
  }
}
