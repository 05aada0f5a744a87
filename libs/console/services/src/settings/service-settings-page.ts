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
import { FormField } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Api, changeServiceSettings, getConnection, getServiceSettings } from '@lockstep/console-api';
import {
  CodeControl,
  Control,
  Field,
  PageHeader,
  ProblemNotice,
  Spinner,
  fieldError,
  readProblem,
  type ReadableProblem,
} from '@lockstep/console-ui';
import { sendForm } from '@lockstep/console-ui/forms';
import { Toasts } from '@lockstep/console-ui/overlays';
import type { Connection } from '@lockstep/contract';
import { emptySettings, modelOf, settingsForm, settingsOf, type SettingsModel } from './service-settings-model';

/** How restarts on one connection are done and watched; for platform `custom` also the commands themselves. */
@Component({
  selector: 'lockstep-service-settings-page',
  imports: [CodeControl, Control, Field, FormField, MatButton, PageHeader, ProblemNotice, RouterLink, Spinner],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './service-settings-page.html',
  styleUrl: './service-settings-page.scss',
})
export class ServiceSettingsPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  readonly id = input.required({ transform: numberAttribute });

  protected readonly connection = signal<Connection | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly model = signal<SettingsModel>(emptySettings);
  protected readonly hasCommands = computed(() => this.connection()?.platform === 'custom');
  protected readonly form = settingsForm(this.model, this.hasCommands);
  protected readonly usualLimit = computed(() => (this.connection()?.platform === 'cisco_vos' ? '600' : '120'));
  protected readonly limitHint = computed(
    () => $localize`How long a restart may take. With nothing here, ${this.usualLimit()}:SECONDS: s.`,
  );

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
  }

  protected error(name: keyof SettingsModel): string | undefined {
    const isCommand = name !== 'settleSeconds' && name !== 'limitSeconds';
    return fieldError(this.form[name](), this.problem(), isCommand ? `commands.${name}` : name);
  }

  protected save(event: Event): void {
    event.preventDefault();
    sendForm(this.form, this.problem, async () => {
      const body = settingsOf(this.model(), this.hasCommands());
      await this.api.invoke(changeServiceSettings, { id: this.id(), body });
      this.toasts.show($localize`Saved. The next restart follows it.`);
      await this.router.navigate(['/connections', this.id(), 'services']);
    });
  }

  private async load(id: number): Promise<void> {
    this.connection.set(null);
    this.problem.set(null);
    try {
      const [connection, settings] = await Promise.all([
        this.api.invoke(getConnection, { id }),
        this.api.invoke(getServiceSettings, { id }),
      ]);
      this.model.set(modelOf(settings));
      this.connection.set(connection);
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
