import { ChangeDetectionStrategy, Component, effect, inject, input, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Api, getConnection } from '@lockstep/console-api';
import { PageHeader, ProblemNotice, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import type { Connection } from '@lockstep/contract';
import { ConnectionForm } from './connection-form';

/** The form on a page of its own: to add a connection, or with an id to change one. */
@Component({
  selector: 'lockstep-connection-form-page',
  imports: [ConnectionForm, PageHeader, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="ls-page ls-page--narrow">
      @if (id() === undefined) {
        <lockstep-page-header
          heading="Add connection"
          i18n-heading
          backLink="/connections"
          backLabel="Connections"
          i18n-backLabel
        />
      } @else {
        <lockstep-page-header
          heading="Edit connection"
          i18n-heading
          [backLink]="['/connections', id()!]"
          [backLabel]="connection()?.name ?? ''"
        />
      }
      @if (problem(); as problem) {
        <lockstep-problem-notice [problem]="problem" />
      }
      @if (id() === undefined || connection()) {
        <div class="ls-card ls-card__body">
          <lockstep-connection-form
            [connection]="connection()"
            [submitLabel]="label()"
            [focusCredential]="focus() === 'credential'"
            (saved)="open($event)"
            (cancelled)="leave()"
          />
        </div>
      }
    </div>
  `,
})
export class ConnectionFormPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  readonly id = input<string>();
  /** `credential`: someone was led here to replace it. */
  readonly focus = input<string>();
  protected readonly connection = signal<Connection | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly label = () => (this.id() === undefined ? $localize`Add connection` : $localize`Save changes`);

  constructor() {
    effect(() => {
      const id = this.id();
      if (id !== undefined) untracked(() => void this.load(Number(id)));
    });
  }

  protected open(connection: Connection): void {
    void this.router.navigate(['/connections', connection.id]);
  }

  protected leave(): void {
    void this.router.navigate(this.id() === undefined ? ['/connections'] : ['/connections', this.id()]);
  }

  private async load(id: number): Promise<void> {
    try {
      this.connection.set(await this.api.invoke(getConnection, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
