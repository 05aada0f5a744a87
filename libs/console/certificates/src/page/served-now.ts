import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, discoverCertificate } from '@lockstep/console-api';
import { Spinner, StatusBadge, readProblem, type IconName, type Tone } from '@lockstep/console-ui';
import type { CertificateVersion, Endpoint } from '@lockstep/contract';

interface Finding {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

/** Which of the versions a TLS port really serves: asked when somebody wants to know, told by its fingerprint. */
@Component({
  selector: 'lockstep-served-now',
  imports: [MatButton, RouterLink, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <a
      class="ls-mono ls-break"
      routerLink="/certificates/look"
      [queryParams]="{ host: endpoint().host, port: endpoint().port, serverName: endpoint().serverName }"
      >{{ endpoint().serverName }}<span class="ls-muted"> {{ place() }}</span></a
    >
    @if (looking()) {
      <lockstep-spinner [size]="14" />
    } @else if (finding(); as finding) {
      <lockstep-status-badge [tone]="finding.tone" [icon]="finding.icon" [word]="finding.word" [plain]="true" />
    }
    <button matButton type="button" [disabled]="looking()" (click)="look()">
      <ng-container i18n>What is served?</ng-container>
      <span class="ls-visually-hidden">{{ endpoint().serverName }}</span>
    </button>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 10px;
      min-height: 30px;
      font-size: 13px;
    }
    a {
      color: var(--ls-ink);
    }
    button {
      margin-left: auto;
    }
  `,
})
export class ServedNow {
  private readonly api = inject(Api);
  readonly endpoint = input.required<Endpoint>();
  readonly versions = input.required<readonly CertificateVersion[]>();
  protected readonly looking = signal(false);
  protected readonly finding = signal<Finding | null>(null);
  protected readonly place = computed(() => {
    const { host, port, serverName } = this.endpoint();
    return host === serverName ? `:${port}` : $localize`at ${host}:HOST::${port}:PORT:`;
  });

  protected async look(): Promise<void> {
    this.looking.set(true);
    try {
      const { leaf } = await this.api.invoke(discoverCertificate, { body: this.endpoint() });
      this.finding.set(this.findingOf(leaf.fingerprint));
    } catch (error) {
      const { title, detail } = readProblem(error);
      this.finding.set({ tone: 'failed', icon: 'failed', word: detail === '' ? title : detail });
    } finally {
      this.looking.set(false);
    }
  }

  private findingOf(fingerprint: string): Finding {
    const served = this.versions().find((version) => version.fingerprint === fingerprint);
    if (served === undefined)
      return { tone: 'failed', icon: 'warning', word: $localize`serves a certificate that is not of here` };
    return served.number === this.versions()[0]?.number
      ? { tone: 'completed', icon: 'completed', word: $localize`serves the newest, version ${served.number}:NUMBER:` }
      : { tone: 'waiting', icon: 'waiting', word: $localize`still serves version ${served.number}:NUMBER:` };
  }
}
