import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormField, form, maxLength, required } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, importKnownHosts } from '@lockstep/console-api';
import { CodeControl, Field, ProblemNotice, Spinner, fieldError, type ReadableProblem } from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { FileText } from '@lockstep/console-ui/overlays';
import type { KnownHostsAnswer } from '@lockstep/contract';
import { ImportHeader } from './import-header';

/** Approves the host keys of a known_hosts file for the connections they fit. */
@Component({
  selector: 'lockstep-known-hosts-page',
  imports: [CodeControl, Field, FileText, FormField, ImportHeader, MatButton, ProblemNotice, RouterLink, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './known-hosts-page.html',
  styleUrl: './known-hosts-page.scss',
})
export class KnownHostsPage {
  private readonly api = inject(Api);
  private readonly model = signal({ text: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.text, { message: $localize`Paste the text, or read it from a file.` });
    maxLength(path.text, 200_000, { message: $localize`At most 200,000 characters.` });
  });
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly answer = signal<KnownHostsAnswer | null>(null);
  protected readonly example =
    'web-1.example.net ssh-ed25519 AAAAC3NzaC1lZDI1NTE5…\n[10.0.0.12]:2222 ecdsa-sha2-nistp256 AAAAE2VjZHNh…';
  protected readonly error = () => fieldError(this.form.text(), this.problem(), 'text');

  protected take(text: string): void {
    this.model.set({ text });
  }

  protected approve(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      this.answer.set(null);
      this.answer.set(await this.api.invoke(importKnownHosts, { body: this.model() }));
    });
  }
}
