import { Injectable, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, listCertificates, listConnections, listIssuers } from '@lockstep/console-api';
import { ConnectionTests } from '@lockstep/console-connections';
import { OperationsStore, describeState, typeTitle } from '@lockstep/console-operations';
import { Preferences, type IconName } from '@lockstep/console-ui';
import type { Certificate, Connection, Issuer, Permission } from '@lockstep/contract';

/** One line of the palette. */
export interface Entry {
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
export interface Found {
  readonly hosts: readonly Connection[];
  readonly certificates: readonly Certificate[];
  readonly issuers: readonly Issuer[];
}

interface Place extends Pick<Entry, 'id' | 'icon' | 'title'> {
  readonly path: string;
  readonly needs?: Permission;
}

const beginnings: readonly Place[] = [
  { id: 'add', icon: 'plus', title: $localize`Add connection`, path: '/connections/new', needs: 'connections.manage' },
  {
    id: 'import',
    icon: 'upload',
    title: $localize`Import connections`,
    path: '/connections/import',
    needs: 'connections.manage',
  },
  {
    id: 'look',
    icon: 'search',
    title: $localize`Look at the certificate of a host`,
    path: '/certificates/look',
    needs: 'connections.manage',
  },
];

const pages: readonly Place[] = [
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

/** What the palette leads to and does, for who is signed in. */
@Injectable({ providedIn: 'root' })
export class PaletteEntries {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly store = inject(OperationsStore);
  private readonly tests = inject(ConnectionTests);
  private readonly preferences = inject(Preferences);

  /** Asks the server. What cannot be asked for is left out. Certificates are looked for once something is typed. */
  async find(text: string): Promise<Found> {
    const mayManage = this.session.may('certificates.manage');
    const [hosts, certificates, issuers] = await Promise.all([
      this.api.invoke(listConnections, { limit: 6, ...(text === '' ? {} : { search: text }) }).catch(() => null),
      text === '' ? null : this.api.invoke(listCertificates, { limit: 5, search: text }).catch(() => null),
      text === '' || !mayManage ? null : this.api.invoke(listIssuers).catch(() => null),
    ]);
    return { hosts: hosts?.items ?? [], certificates: certificates?.items ?? [], issuers: issuers?.items ?? [] };
  }

  /** Hosts can be tested from here too, once few are left of what one has typed. */
  ofFound(found: Found, query: string): readonly Entry[] {
    return [...this.ofHosts(found, query), ...this.ofCertificates(found)];
  }

  /** What the browser knows by itself. */
  local(): readonly Entry[] {
    return [
      ...this.operations(),
      ...this.leadingTo(beginnings, words.actions),
      ...this.actions(),
      ...this.leadingTo(pages, words.pages),
    ];
  }

  private ofCertificates({ certificates, issuers }: Found): readonly Entry[] {
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

  private ofHosts({ hosts }: Found, query: string): readonly Entry[] {
    const mayTest = this.session.may('operations.start') && query !== '' && hosts.length <= 3;
    return hosts.flatMap((host): Entry[] => [
      {
        id: `host-${host.id}`,
        icon: 'server',
        title: host.name,
        detail: `${host.username}@${host.host}`,
        group: words.hosts,
        run: () => this.go('/connections', host.id),
      },
      ...(mayTest
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
    return [
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
  }

  private leadingTo(places: readonly Place[], group: string): readonly Entry[] {
    return places
      .filter(({ needs }) => needs === undefined || this.session.may(needs))
      .map(({ id, icon, title, path }) => ({ id, icon, title, detail: '', group, run: () => this.go(path) }));
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
