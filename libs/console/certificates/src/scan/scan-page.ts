import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { FormField, form, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Api, getConnection, scanAddresses, scanConnection } from '@lockstep/console-api';
import {
  CodeControl,
  Field,
  Icon,
  PageHeader,
  ProblemNotice,
  Spinner,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { RemotePath, type Connection, type ConnectionScanAnswer, type DiscoverInput } from '@lockstep/contract';
import { mostAddresses, readAddresses } from './address-list';
import { ScanResults } from './scan-results';
import { fromAddress, fromConnection, type Scanned } from './scanned';

/** So many addresses are asked for at once: what they show appears while the others are looked at. */
const portion = 20;

/** Looks for certificates: at many addresses, or on the host of a connection. */
@Component({
  selector: 'lockstep-scan-page',
  imports: [
    CodeControl,
    Field,
    FormField,
    Icon,
    MatButton,
    PageHeader,
    ProblemNotice,
    RouterLink,
    ScanResults,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './scan-page.html',
})
export class ScanPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  /** The host to look at; none: addresses are pasted. */
  readonly connectionId = input<string>();
  protected readonly connection = signal<Connection | null>(null);
  protected readonly words = { scan: $localize`Scan addresses`, host: $localize`Certificates on` };
  protected readonly model = signal({ text: '' });
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly results = signal<readonly Scanned[] | null>(null);
  protected readonly answer = signal<ConnectionScanAnswer | null>(null);
  protected readonly isOfHost = computed(() => this.connectionId() !== undefined);
  protected readonly form = form(this.model, (path) => {
    validate(path.text, ({ value }) => (this.isOfHost() ? checkPaths(readLines(value())) : checkAddresses(value())));
  });

  constructor() {
    effect(() => {
      const id = this.connectionId();
      if (id !== undefined) untracked(() => void this.load(Number(id)));
    });
  }

  protected error(): string | undefined {
    const field = this.form.text();
    return field.touched() ? field.errors()[0]?.message : undefined;
  }

  protected scan(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      this.answer.set(null);
      this.results.set([]);
      if (this.isOfHost()) await this.scanHost(Number(this.connectionId()));
      else await this.scanAll(readAddresses(this.model().text).addresses);
    });
  }

  protected leave(): void {
    void this.router.navigate(['/certificates'], { queryParams: { origin: 'found' } });
  }

  private async scanAll(addresses: readonly DiscoverInput[]): Promise<void> {
    for (let from = 0; from < addresses.length; from += portion) {
      const body = { addresses: addresses.slice(from, from + portion) };
      const { items } = await this.api.invoke(scanAddresses, { body });
      this.results.update((before) => [...(before ?? []), ...items.map((item) => fromAddress(item))]);
    }
  }

  private async scanHost(id: number): Promise<void> {
    const answer = await this.api.invoke(scanConnection, { id, body: { paths: readLines(this.model().text) } });
    this.answer.set(answer);
    this.results.set(fromConnection(answer, id));
  }

  private async load(id: number): Promise<void> {
    try {
      this.connection.set(await this.api.invoke(getConnection, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}

const readLines = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

function checkPaths(paths: readonly string[]): { kind: string; message: string } | undefined {
  const wrong = paths.find((path) => !RemotePath.safeParse(path).success);
  return wrong === undefined
    ? undefined
    : { kind: 'path', message: $localize`“${wrong}:PATH:” is no absolute path such as /srv/tls/shop.pem.` };
}

function checkAddresses(text: string): { kind: string; message: string } | undefined {
  const { addresses, wrong } = readAddresses(text);
  const [first] = wrong;
  if (first !== undefined) return { kind: 'address', message: $localize`“${first}:LINE:” is no host or host:port.` };
  if (addresses.length === 0) return { kind: 'empty', message: $localize`Enter at least one address.` };
  return addresses.length > mostAddresses
    ? { kind: 'many', message: $localize`At most ${mostAddresses}:COUNT: addresses at once.` }
    : undefined;
}
