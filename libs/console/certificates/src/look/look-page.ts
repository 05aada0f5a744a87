import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Api, discoverCertificate } from '@lockstep/console-api';
import { EmptyState, Icon, PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { DiscoverAnswer } from '@lockstep/contract';
import { emptyAddress, toDiscoverInput, type AddressModel } from './address-model';
import { LookForm } from './look-form';
import { ShownCertificate } from './shown-certificate';

/** What any TLS port shows now. Where one looks is in the address, so that it can be looked at again. */
@Component({
  selector: 'lockstep-look-page',
  imports: [EmptyState, Icon, LookForm, MatButton, PageHeader, ProblemNotice, RouterLink, ShownCertificate],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page ls-page--narrow">
      <lockstep-page-header
        heading="Look at a host"
        i18n-heading
        backLink="/certificates"
        backLabel="Certificates"
        i18n-backLabel
      >
        <ng-container i18n>Shakes hands with a TLS port and hangs up. Nothing is saved.</ng-container>
      </lockstep-page-header>
      <div class="ls-card ls-card__body">
        <lockstep-look-form [address]="address()" [looking]="looking()" [problem]="problem()" (asked)="go($event)" />
      </div>
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      @if (answer(); as answer) {
        <lockstep-shown-certificate [answer]="answer">
          <div>
            <a matButton="filled" routerLink="/certificates/new" [queryParams]="asked()"
              ><lockstep-icon name="shield" [size]="15" /><ng-container i18n>Manage this certificate</ng-container></a
            >
          </div>
        </lockstep-shown-certificate>
      } @else if (!problem() && !looking()) {
        <lockstep-empty-state icon="search" heading="Nothing looked at yet" i18n-heading>
          <ng-container i18n
            >You see the certificate, its chain, when it expires and what a client would object to.</ng-container
          >
        </lockstep-empty-state>
      }
    </div>
  `,
})
export class LookPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  readonly host = input<string>();
  readonly port = input<string>();
  readonly serverName = input<string>();

  protected readonly address = computed<AddressModel>(() => ({
    host: this.host() ?? '',
    port: this.port() ?? emptyAddress.port,
    serverName: this.serverName() ?? '',
  }));
  protected readonly answer = signal<DiscoverAnswer | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly looking = signal(false);
  protected readonly asked = computed(() => toQuery(this.address()));

  constructor() {
    effect(() => {
      const address = this.address();
      if (address.host !== '') untracked(() => void this.look(address));
    });
  }

  /** The same address once more is looked at anew. */
  protected go(address: AddressModel): void {
    if (this.isAt(address)) void this.look(address);
    else void this.router.navigate([], { queryParams: toQuery(address) });
  }

  private async look(address: AddressModel): Promise<void> {
    this.looking.set(true);
    this.answer.set(null);
    this.problem.set(null);
    try {
      const answer = await this.api.invoke(discoverCertificate, { body: toDiscoverInput(address) });
      if (this.isAt(address)) this.answer.set(answer);
    } catch (error) {
      this.problem.set(readProblem(error));
    } finally {
      this.looking.set(false);
    }
  }

  private isAt(address: AddressModel): boolean {
    return JSON.stringify(toQuery(address)) === JSON.stringify(this.asked());
  }
}

const toQuery = ({ host, port, serverName }: AddressModel): Record<string, string | null> => ({
  host: host.trim(),
  port: port === emptyAddress.port ? null : port,
  serverName: serverName.trim() === '' ? null : serverName.trim(),
});
