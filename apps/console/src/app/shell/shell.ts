import { Announcer, Toasts, dialogFocus } from '@lockstep/console-ui/overlays';
import { OverlayContainer, OverlayModule, type CdkOverlayOrigin, type ConnectedPosition } from '@angular/cdk/overlay';
import {
  ChangeDetectionStrategy,
  DOCUMENT,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatDialog, MatDialogState } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { NavigationEnd, NavigationError, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { ConnectionRooms } from '@lockstep/console-live';
import { ActivityTray, Failures, OperationsStore, describeState, typeTitle } from '@lockstep/console-operations';
import { Icon, Preferences, Spinner, formatClock, type IconName } from '@lockstep/console-ui';
import type { Operation } from '@lockstep/contract';
import { LinkChip } from '../link-chip/link-chip';
import { isMissingCode } from '../missing-code';
import { PageTitle } from '../page-title';
import { TypeAhead } from '../palette/type-ahead';
import { UserMenu } from './user-menu';

interface Place {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  readonly exact: boolean;
}

const below: ConnectedPosition[] = [
  { originX: 'end', originY: 'bottom', overlayX: 'end', overlayY: 'top', offsetY: 8 },
];

/** Rail, top bar, page. What runs is in reach wherever one is. */
@Component({
  selector: 'lockstep-shell',
  imports: [
    ActivityTray,
    Icon,
    LinkChip,
    MatTooltip,
    OverlayModule,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    Spinner,
    UserMenu,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
  host: { '(document:keydown)': 'onKey($event)' },
})
export class Shell {
  private readonly document = inject(DOCUMENT);
  private readonly dialog = inject(MatDialog);
  private readonly announcer = inject(Announcer);
  private readonly toasts = inject(Toasts);
  private readonly rooms = inject(ConnectionRooms);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  protected readonly preferences = inject(Preferences);
  protected readonly store = inject(OperationsStore);
  protected readonly failures = inject(Failures);

  protected readonly below = below;
  /** The time up to which what is shown is known to be current; null while it is live. */
  protected readonly offlineSince = computed(() => {
    const link = this.rooms.link();
    return link.kind === 'offline' ? formatClock(link.since) : null;
  });
  /** Of the page that is shown; empty until the first one is. */
  private path = '';
  protected readonly isTrayOpen = signal(false);
  protected readonly isWide = computed(() => this.preferences.rail() === 'wide');
  protected readonly places: readonly Place[] = [
    { path: '/', title: $localize`Overview`, icon: 'overview', exact: true },
    { path: '/connections', title: $localize`Connections`, icon: 'server', exact: false },
    { path: '/services', title: $localize`Services`, icon: 'services', exact: false },
    { path: '/certificates', title: $localize`Certificates`, icon: 'shield', exact: false },
    { path: '/operations', title: $localize`Operations`, icon: 'activity', exact: false },
    { path: '/schedules', title: $localize`Schedules`, icon: 'calendar', exact: false },
    { path: '/settings', title: $localize`Settings`, icon: 'settings', exact: false },
  ];
  protected readonly shortcut = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

  constructor() {
    nameOverlays(inject(OverlayContainer).getContainerElement());
    const title = inject(PageTitle);
    effect(() => title.tab.set({ active: this.store.active().length, failed: this.failures.faults().length }));
    this.store.ended.pipe(takeUntilDestroyed()).subscribe((operation) => this.announce(operation));
    inject(Router)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event instanceof NavigationEnd) this.onPage(event.urlAfterRedirects);
        if (event instanceof NavigationError && isMissingCode(event) && this.offlineSince() !== null)
          this.tellMissing();
      });
  }

  /** Another page: the tray closes, and who goes by keyboard or is read to goes on inside it, not where the old one was left. */
  private onPage(url: string): void {
    this.isTrayOpen.set(false);
    const path = url.replace(/[?#].*$/, '');
    if (path !== this.path && this.path !== '') this.main().nativeElement.focus({ preventScroll: true });
    this.path = path;
  }

  protected closeTray(origin: CdkOverlayOrigin): void {
    this.isTrayOpen.set(false);
    (origin.elementRef as ElementRef<HTMLElement>).nativeElement.focus();
  }

  protected toggleRail(): void {
    this.preferences.rail.update((rail) => (rail === 'wide' ? 'icons' : 'wide'));
  }

  protected skip(event: Event): void {
    event.preventDefault();
    this.main().nativeElement.focus();
  }

  protected async openPalette(): Promise<void> {
    if (this.hasOpenDialog()) return;
    const data = new TypeAhead(this.document);
    const loaded = await import('../palette/palette').catch(() => null);
    if (loaded === null) this.tellMissing();
    if (loaded === null || this.hasOpenDialog()) return void data.stop();
    this.dialog.open(loaded.Palette, {
      ...dialogFocus,
      data,
      width: '600px',
      position: { top: 'min(12vh, 96px)' },
      panelClass: 'lockstep-palette',
      ariaLabel: $localize`Search`,
      restoreFocus: true,
    });
  }

  /** What was asked for is code that was not needed before, and could not be fetched. */
  private tellMissing(): void {
    this.toasts.show(
      this.offlineSince() === null
        ? $localize`This could not be loaded: load the page again.`
        : $localize`Lockstep cannot be reached, and this was not loaded yet.`,
    );
  }

  /** One that is fading out stands in nobody's way. */
  private hasOpenDialog(): boolean {
    return this.dialog.openDialogs.some((dialog) => dialog.getState() === MatDialogState.OPEN);
  }

  /** Ctrl or Cmd with K from everywhere; `/` where one is not typing. */
  protected onKey(event: KeyboardEvent): void {
    const isPaletteKey = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
    const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && !isTyping(event.target);
    if (!isPaletteKey && !isSlash) return;
    event.preventDefault();
    void this.openPalette();
  }

  private announce(operation: Operation): void {
    const sentence = `${typeTitle(operation.type)} ${operation.connectionName}: ${describeState(operation).word}`;
    if (describeState(operation).tone === 'failed') this.announcer.alert(sentence);
    else this.announcer.say(sentence);
  }
}

/** Menus and the tray are drawn beside the page; a landmark of their own makes them findable. */
function nameOverlays(container: HTMLElement): void {
  container.setAttribute('role', 'region');
  container.setAttribute('aria-label', $localize`Menus and dialogs`);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
