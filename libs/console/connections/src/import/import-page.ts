import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { FormField, form, maxLength, required, submit } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, importConnections } from '@lockstep/console-api';
import {
  CodeControl,
  Field,
  Icon,
  ProblemNotice,
  Spinner,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { FileText, SecretField } from '@lockstep/console-ui/overlays';
import type { CredentialInput, ImportAnswer, ImportFormat } from '@lockstep/contract';
import { ImportHeader } from './import-header';

interface ImportModel {
  readonly format: ImportFormat;
  readonly text: string;
  readonly privateKey: string;
  readonly passphrase: string;
}

interface FormatWords {
  readonly format: ImportFormat;
  readonly title: string;
  readonly hint?: string;
  readonly example: string;
}

const formats: readonly FormatWords[] = [
  {
    format: 'ssh_config',
    title: $localize`ssh_config`,
    example: 'Host web-1\n  HostName 10.0.0.11\n  User deploy\n  ProxyJump bastion',
  },
  {
    format: 'ansible_inventory',
    title: $localize`Ansible inventory`,
    hint: $localize`In INI or YAML form. Groups become tags. Key files are named and not read, nothing is decrypted or run.`,
    example: '[web]\nweb-1 ansible_host=10.0.0.11 ansible_user=deploy\nweb-2 ansible_host=10.0.0.12',
  },
  { format: 'csv', title: 'CSV', example: 'name,host,port,username,tags\nweb-1,10.0.0.11,22,deploy,web production' },
];

/** Many connections at once: paste, look at what would be made, then confirm. */
@Component({
  selector: 'lockstep-import-page',
  imports: [
    CodeControl,
    Field,
    FileText,
    FormField,
    Icon,
    ImportHeader,
    MatButton,
    ProblemNotice,
    RouterLink,
    SecretField,
    Spinner,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './import-page.html',
  styleUrl: './import-page.scss',
})
export class ImportPage {
  private readonly api = inject(Api);
  protected readonly formats = formats;
  protected readonly model = signal<ImportModel>({ format: 'ssh_config', text: '', privateKey: '', passphrase: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.text, { message: $localize`Paste the text, or read it from a file.` });
    maxLength(path.text, 200_000, { message: $localize`At most 200,000 characters.` });
  });
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly preview = signal<ImportAnswer | null>(null);
  protected readonly made = signal<ImportAnswer | null>(null);
  protected readonly words = computed(() => formats.find(({ format }) => format === this.model().format));
  protected readonly error = () => fieldError(this.form.text(), this.problem(), 'text');

  protected choose(format: ImportFormat): void {
    this.model.update((model) => ({ ...model, format }));
    this.preview.set(null);
  }

  protected take(text: string): void {
    this.model.update((model) => ({ ...model, text }));
  }

  protected look(event: Event): void {
    event.preventDefault();
    void this.send(true, (answer) => this.preview.set(answer));
  }

  protected make(): void {
    void this.send(false, (answer) => {
      this.made.set(answer);
      this.preview.set(null);
    });
  }

  private async send(dryRun: boolean, done: (answer: ImportAnswer) => void): Promise<void> {
    await submit(this.form, async () => {
      this.problem.set(null);
      const { format, text } = this.model();
      const credential = this.credential();
      try {
        done(
          await this.api.invoke(importConnections, {
            body: { format, text, dryRun, ...(credential === undefined ? {} : { credential }) },
          }),
        );
      } catch (error) {
        this.problem.set(readProblem(error));
        // What was seen before was of another text.
        if (dryRun) this.preview.set(null);
      }
      return undefined;
    });
  }

  private credential(): CredentialInput | undefined {
    const { privateKey, passphrase } = this.model();
    if (privateKey.trim() === '') return undefined;
    return { kind: 'private_key', privateKey, ...(passphrase === '' ? {} : { passphrase }) };
  }
}
