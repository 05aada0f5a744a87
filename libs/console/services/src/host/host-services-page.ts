import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  numberAttribute,
  signal,
  untracked,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getConnection } from '@lockstep/console-api';
import { EmptyState, Icon, PageHeader, Spinner, readProblem } from '@lockstep/console-ui';
import { CellTemplate, DataTable, ListAddress, type TableColumn } from '@lockstep/console-ui/table';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import type { Service, ServiceState } from '@lockstep/contract';
import { RestartButton } from '../restart/restart-button';
import { ServiceBadge } from '../words/service-badge';
import { describeService, fits, serviceStates } from '../words/service-words';
import { HostServices } from './host-services';
import { LookFailure } from './look-failure';
import { PinButton } from './pin-button';

const columns: readonly TableColumn[] = [
  { key: 'name', heading: $localize`Service`, width: 'minmax(180px, 1.4fr)', fold: 'title' },
  { key: 'state', heading: $localize`State`, width: '130px', fold: 'detail' },
  { key: 'description', heading: $localize`Description`, width: 'minmax(140px, 2fr)', fold: 'detail' },
  { key: 'since', heading: $localize`Since`, width: '110px', fold: 'none' },
  { key: 'pin', heading: $localize`Pinned`, width: '56px', fold: 'none' },
  { key: 'restart', heading: $localize`Restart`, width: '150px', fold: 'action' },
];

/** All services of one host. Search and state are in the address. */
@Component({
  selector: 'lockstep-host-services-page',
  imports: [
    CellTemplate,
    DataTable,
    EmptyState,
    Icon,
    LookFailure,
    MatButton,
    PageHeader,
    PinButton,
    RelativeTime,
    RestartButton,
    RouterLink,
    SearchField,
    ServiceBadge,
    Spinner,
  ],
  providers: [HostServices],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './host-services-page.html',
})
export class HostServicesPage {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  protected readonly address = inject(ListAddress);
  protected readonly host = inject(HostServices);
  readonly id = input.required({ transform: numberAttribute });
  readonly search = input<string>();
  readonly state = input<ServiceState>();

  protected readonly columns = columns;
  protected readonly name = signal('');
  protected readonly mayManage = computed(() => this.session.may('connections.manage'));
  protected readonly filtered = computed(() => (this.search() ?? '') !== '' || this.state() !== undefined);
  protected readonly rows = computed(() =>
    this.host
      .items()
      .filter((service) => fits(service, this.search() ?? ''))
      .filter(({ state }) => this.state() === undefined || state === this.state()),
  );
  /** The states that occur here, each with its count. */
  protected readonly states = computed(() =>
    serviceStates
      .map((state) => ({
        state,
        title: describeService(state).word,
        count: this.host.items().filter((service) => service.state === state).length,
      }))
      .filter(({ count }) => count > 0),
  );
  protected readonly tableState = computed(() => (this.host.body() === 'loading' ? 'loading' : 'ready'));
  protected readonly rowId = (service: Service) => service.name;
  protected readonly rowLink = (service: Service) => ['/connections', this.id(), 'services', service.name];
  protected readonly rowName = (service: Service) => service.name;

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        void this.host.open(id);
        void this.loadName(id);
      });
    });
  }

  private async loadName(id: number): Promise<void> {
    try {
      this.name.set((await this.api.invoke(getConnection, { id })).name);
    } catch (error) {
      this.name.set(readProblem(error).title);
    }
  }
}
