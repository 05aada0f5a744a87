import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterNextRender,
  computed,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, listCertificates, listConnections, listIssuers } from '@lockstep/console-api';
import { ConnectionTests } from '@lockstep/console-connections';
import { OperationsStore, describeState, typeTitle } from '@lockstep/console-operations';
import { Icon, Preferences, type IconName } from '@lockstep/console-ui';
import type { Certificate, Connection, Issuer, Permission } from '@lockstep/contract';
import { Subject, debounceTime, switchMap } from 'rxjs';
import type { TypeAhead } from './type-ahead';

interface Entry {
  readonly id: string;
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
  readonly group: string;
  readonly run: () => void;
}

const words = {
  hosts: $localize`Hosts`,
  certificates: $localize`Certificates`,
  issuers: $localize`Issuers`,
  operations: $localize`Operations`,
  actions: $localize`Actions`,
  pages: $localize`Pages`,
};

/** What the server found for what was typed. */
interface Found {
  readonly hosts: readonly Connection[];
  readonly certificates: readonly Certificate[];
  readonly issuers: readonly Issuer[];
}

/** Finds hosts, certificates, issuers, operations and actions by a few letters. */
@Component({
  selector: 'lockstep-palette',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './palette.html',
  styleUrl: './palette.scss',
})
export class Palette {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly store = inject(OperationsStore);
  private readonly tests = inject(ConnectionTests);
  private readonly preferences = inject(Preferences);
  private readonly dialog = inject(MatDialogRef);
  private readonly input = viewChild.required<ElementRef<HTMLElement>>('input');
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');
  private readonly typed = new Subject<string>();
  private readonly found = signal<Found>({ hosts: [], certificates: [], issuers: [] });
  private readonly hosts = computed(() => this.found().hosts);

  protected readonly query = signal('');
  protected readonly entries = computed(() => {
    const query = this.query().trim().toLowerCase();
    const fits = ({ title, detail }: Entry) => `${title} ${detail}`.toLowerCase().includes(query);
    const local = [...this.operations(), ...this.actions(), ...this.pages()].filter(fits);
    // What was found for what was typed before stands there until the new answer comes: Enter must not open any of it.
    return [...[...this.hostEntries(), ...this.certificateEntries()].filter(fits), ...local].slice(0, 30);
  });
  protected readonly active = linkedSignal({ source: this.entries, computation: () => 0 });

  constructor() {
    this.typed
      .pipe(
        debounceTime(120),
        switchMap((text) => this.search(text)),
        takeUntilDestroyed(),
      )
      .subscribe((found) => this.found.set(found));
    const ahead = inject<TypeAhead>(MAT_DIALOG_DATA);
    afterNextRender(() => {
      this.input().nativeElement.focus();
      this.type(ahead.stop());
    });
  }

  protected type(text: string): void {
    this.query.set(text);
    this.typed.next(text.trim());
  }

  protected choose(entry: Entry | undefined): void {
    if (entry === undefined) return;
    this.dialog.close();
    entry.run();
  }

  protected onKey(event: KeyboardEvent): void {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') this.choose(this.entries()[this.active()]);
    else if (by === 0) return;
    event.preventDefault();
    const count = this.entries().length;
    if (count > 0) this.active.update((index) => (index + by + count) % count);
    this.list()?.nativeElement.querySelector(`#palette-${this.active()}`)?.scrollIntoView({ block: 'nearest' });
  }

  /** What cannot be asked for is left out. Certificates are looked for once something is typed. */
  private async search(text: string): Promise<Found> {
    const mayManage = this.session.may('certificates.manage');
    const [hosts, certificates, issuers] = await Promise.all([
      this.api.invoke(listConnections, { limit: 6, ...(text === '' ? {} : { search: text }) }).catch(() => null),
      text === '' ? null : this.api.invoke(listCertificates, { limit: 5, search: text }).catch(() => null),
      text === '' || !mayManage ? null : this.api.invoke(listIssuers).catch(() => null),
    ]);
    return { hosts: hosts?.items ?? [], certificates: certificates?.items ?? [], issuers: issuers?.items ?? [] };
  }

  private certificateEntries(): readonly Entry[] {
    const { certificates, issuers } = this.found();
    return [
      ...certificates.map(({ id, name, domains }) => ({
        id: `certificate-${id}`,
        icon: 'shield' as const,
        title: name,
        detail: domains.join(', '),
        group: words.certificates,
        run: () => this.go('/certificates', id),
      })),
      ...issuers.map(({ id, name, acme }) => ({
        id: `issuer-${id}`,
        icon: 'key' as const,
        title: name,
        detail: acme?.directoryUrl ?? '',
        group: words.issuers,
        run: () => this.go('/settings/issuers', id),
      })),
    ];
  }

  private hostEntries(): readonly Entry[] {
    const mayTest = this.session.may('operations.start') && this.query().trim() !== '';
    return this.hosts().flatMap((host): Entry[] => [
      {
        id: `host-${host.id}`,
        icon: 'server',
        title: host.name,
        detail: `${host.username}@${host.host}`,
        group: words.hosts,
        run: () => this.go('/connections', host.id),
      },
      ...(mayTest && this.hosts().length <= 3
        ? [
            {
              id: `test-${host.id}`,
              icon: 'terminal' as const,
              title: $localize`Test SSH on ${host.name}:NAME:`,
              detail: '',
              group: words.hosts,
              run: () => void this.test(host),
            },
          ]
        : []),
    ]);
  }

  private operations(): readonly Entry[] {
    const newest = [...this.store.operations().values()]
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .slice(0, 12);
    return newest.map((operation) => ({
      id: operation.id,
      icon: 'activity',
      title: `${typeTitle(operation.type)} · ${operation.connectionName}`,
      detail: describeState(operation).word,
      group: words.operations,
      run: () => this.go('/operations', operation.id),
    }));
  }

  private actions(): readonly Entry[] {
    const entries: Entry[] = [
      {
        id: 'theme',
        icon: 'moon',
        title: $localize`Switch between light and dark`,
        detail: '',
        group: words.actions,
        run: () => this.switchTheme(),
      },
      {
        id: 'sign-out',
        icon: 'signOut',
        title: $localize`Sign out`,
        detail: '',
        group: words.actions,
        run: () => void this.session.signOut(),
      },
    ];
    if (!this.session.may('connections.manage')) return entries;
    return [
      {
        id: 'add',
        icon: 'plus',
        title: $localize`Add connection`,
        detail: '',
        group: words.actions,
        run: () => this.go('/connections/new'),
      },
      {
        id: 'import',
        icon: 'upload',
        title: $localize`Import connections`,
        detail: '',
        group: words.actions,
        run: () => this.go('/connections/import'),
      },
      {
        id: 'look',
        icon: 'search',
        title: $localize`Look at the certificate of a host`,
        detail: '',
        group: words.actions,
        run: () => this.go('/certificates/look'),
      },
      ...entries,
    ];
  }

  private pages(): readonly Entry[] {
    const places: readonly (Pick<Entry, 'id' | 'icon' | 'title'> & {
      readonly path: string;
      readonly needs?: Permission;
    })[] = [
      { id: 'overview', icon: 'overview', title: $localize`Overview`, path: '/' },
      { id: 'connections', icon: 'server', title: $localize`Connections`, path: '/connections' },
      { id: 'services', icon: 'services', title: $localize`Services`, path: '/services' },
      { id: 'certificates', icon: 'shield', title: $localize`Certificates`, path: '/certificates' },
      { id: 'operations', icon: 'activity', title: $localize`Operations`, path: '/operations' },
      { id: 'schedules', icon: 'calendar', title: $localize`Schedules`, path: '/schedules' },
      { id: 'account', icon: 'user', title: $localize`Account`, path: '/settings/account' },
      { id: 'tokens', icon: 'key', title: $localize`API tokens`, path: '/settings/tokens' },
      { id: 'issuers', icon: 'shield', title: $localize`Issuers`, path: '/settings/issuers' },
      {
        id: 'notifications',
        icon: 'bell',
        title: $localize`Notifications`,
        path: '/settings/notifications',
        needs: 'notifications.manage',
      },
      { id: 'users', icon: 'users', title: $localize`Users`, path: '/settings/users', needs: 'users.manage' },
      { id: 'audit', icon: 'document', title: $localize`Audit`, path: '/settings/audit', needs: 'audit.read' },
    ];
    return places
      .filter(({ needs }) => needs === undefined || this.session.may(needs))
      .map(({ id, icon, title, path }) => ({
        id,
        icon,
        title,
        detail: '',
        group: words.pages,
        run: () => this.go(path),
      }));
  }

  private go(...commands: (string | number)[]): void {
    void this.router.navigate(commands);
  }

  private async test(host: Connection): Promise<void> {
    const answer = await this.tests.start(host.id);
    if (answer !== null) this.go('/operations', answer.operationId);
  }

  private switchTheme(): void {
    const isDark =
      getComputedStyle(document.documentElement).colorScheme === 'dark' ||
      (this.preferences.theme() === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    this.preferences.theme.set(isDark ? 'light' : 'dark');
  }
}
