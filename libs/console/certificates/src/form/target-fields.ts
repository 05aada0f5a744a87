import { ChangeDetectionStrategy, Component, effect, inject, input, output, signal, untracked } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, listServices } from '@lockstep/console-api';
import { CodeControl, Control, Field, Icon, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import type { Connection, Service } from '@lockstep/contract';
import type { AddressModel } from '../look/address-model';
import { proposeServer, proposeVerification } from './proposals';
import type { ReloadKind, TargetModel } from './target-model';

let counter = 0;

/** One deployment target. Choosing a connection fills what is still empty from what runs there. */
@Component({
  selector: 'lockstep-target-fields',
  imports: [CodeControl, Control, Field, FormField, Icon, MatButton],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './target-fields.html',
  styleUrl: './target-fields.scss',
})
export class TargetFields {
  private readonly api = inject(Api);
  readonly target = input.required<FieldTree<TargetModel>>();
  readonly number = input.required<number>();
  readonly connections = input.required<readonly Connection[]>();
  readonly domains = input.required<readonly string[]>();
  /** Where one looked before, if one did. */
  readonly address = input<AddressModel | null>(null);
  readonly problem = input<ReadableProblem | null>(null);
  readonly removed = output();

  protected readonly listId = `services-${++counter}`;
  protected readonly services = signal<readonly Service[]>([]);
  protected readonly reloadKinds: readonly { readonly kind: ReloadKind; readonly title: string }[] = [
    { kind: 'service', title: $localize`Reload a service` },
    { kind: 'command', title: $localize`Run a command` },
    { kind: 'none', title: $localize`Nothing` },
  ];

  constructor() {
    effect(() => {
      const id = Number(this.target().connectionId().value());
      if (id > 0) untracked(() => void this.propose(id));
    });
  }

  protected error(name: keyof TargetModel): string | undefined {
    return fieldError(this.target()[name](), this.problem(), `targets.${String(this.number() - 1)}.${name}`);
  }

  protected chooseReload(kind: ReloadKind): void {
    this.target().reloadKind().value.set(kind);
  }

  private async propose(connectionId: number): Promise<void> {
    const connection = this.connections().find(({ id }) => id === connectionId);
    const target = this.target();
    if (connection !== undefined && target.verify().value() === '') {
      const context = { address: this.address(), domains: this.domains() };
      target.verify().value.set(proposeVerification(connection, context));
    }
    // What runs there is a help and no more: a host that does not answer leaves the field to the person.
    const { items } = await this.api.invoke(listServices, { id: connectionId }).catch(() => ({ items: [] }));
    if (Number(target.connectionId().value()) !== connectionId) return;
    this.services.set(items);
    const server = proposeServer(items);
    if (server === null || target.reloadKind().value() !== 'service' || target.reloadService().value() !== '') return;
    target.reloadService().value.set(server.reloadService);
    if (target.check().value() === '') target.check().value.set(server.check);
  }
}
