import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Api, changeConnection, createConnection, listConnections } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  Icon,
  ProblemNotice,
  Spinner,
  fieldError,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { FileText, SecretField } from '@lockstep/console-ui/overlays';
import type { Connection, Platform } from '@lockstep/contract';
import { parseAddress } from '../address/parse-address';
import { platformTitle } from '../page/connection-facts';
import {
  connectionForm,
  credentialOf,
  emptyModel,
  fillFrom,
  modelOf,
  toChange,
  toInput,
  type ConnectionModel,
  type CredentialKind,
} from './connection-model';

/** Where the server's word for a field differs from the form's. */
const wirePaths: Partial<Record<keyof ConnectionModel, string>> = {
  password: 'credential.password',
  privateKey: 'credential.privateKey',
  passphrase: 'credential.passphrase',
  jump: 'jumpConnectionId',
};

/** Makes or changes a connection. One line pasted from a terminal fills the rest. */
@Component({
  selector: 'lockstep-connection-form',
  imports: [CodeControl, Control, Field, FileText, FormField, Icon, MatButton, ProblemNotice, SecretField, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './connection-form.html',
  styleUrl: './connection-form.scss',
})
export class ConnectionForm {
  private readonly api = inject(Api);
  /** The connection to change; null to make one. */
  readonly connection = input<Connection | null>(null);
  readonly submitLabel = input($localize`Save`);
  readonly focusCredential = input(false);
  readonly saved = output<Connection>();
  readonly cancelled = output();

  protected readonly words = { unreadable: $localize`There is no host in this line yet.` };
  protected readonly platforms: readonly Platform[] = ['systemd', 'cisco_vos', 'custom'];
  protected readonly platformTitle = platformTitle;
  protected readonly kinds: readonly CredentialKind[] = ['private_key', 'password'];
  protected readonly model = signal<ConnectionModel>(emptyModel);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly jumpHosts = signal<readonly Connection[]>([]);
  /** While editing, the credential stays as it is until one asks to replace it. */
  protected readonly isReplacing = signal(false);
  protected readonly keepsCredential = computed(() => this.connection()?.credential != null && !this.isReplacing());
  protected readonly form = connectionForm(this.model, () => this.connection() === null || this.isReplacing());
  protected readonly unreadable = computed(
    () => this.model().address.trim() !== '' && parseAddress(this.model().address) === null,
  );

  constructor() {
    effect(() => {
      const connection = this.connection();
      if (connection !== null) untracked(() => this.model.set(modelOf(connection)));
    });
    effect(() => {
      if (this.focusCredential()) this.isReplacing.set(true);
    });
    const element = inject<ElementRef<HTMLElement>>(ElementRef);
    afterNextRender(() =>
      element.nativeElement
        .querySelector<HTMLElement>(this.focusCredential() ? 'textarea.secret, .secret input' : 'input')
        ?.focus(),
    );
    void this.loadJumpHosts();
  }

  protected error(name: keyof ConnectionModel): string | undefined {
    return fieldError(this.form[name](), this.problem(), wirePaths[name] ?? name);
  }

  /** Each keystroke in the first line is read anew; what cannot be read changes nothing. */
  protected paste(text: string): void {
    const parsed = parseAddress(text);
    this.model.update((model) =>
      parsed === null ? { ...model, address: text } : { ...fillFrom(model, parsed), address: text },
    );
    const jump = parsed?.jump;
    const known =
      jump === undefined ? undefined : this.jumpHosts().find(({ name, host }) => name === jump || host === jump);
    if (known !== undefined) this.model.update((model) => ({ ...model, jump: String(known.id) }));
  }

  protected chooseKind(kind: CredentialKind): void {
    this.model.update((model) => ({ ...model, credentialKind: kind }));
  }

  protected setKey(privateKey: string): void {
    this.model.update((model) => ({ ...model, privateKey }));
  }

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      this.saved.emit(await this.send());
    });
  }

  private async send(): Promise<Connection> {
    const connection = this.connection();
    if (connection !== null)
      return await this.api.invoke(changeConnection, { id: connection.id, body: toChange(this.model()) });
    const credential = credentialOf(this.model());
    if (credential === undefined) throw new Error('The form was sent without a credential.');
    return await this.api.invoke(createConnection, { body: toInput(this.model(), credential) });
  }

  private async loadJumpHosts(): Promise<void> {
    const page = await this.api.invoke(listConnections, { limit: 500 }).catch(() => null);
    this.jumpHosts.set(page?.items ?? []);
  }
}
