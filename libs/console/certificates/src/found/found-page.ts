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
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, checkFoundCertificate, forgetFoundCertificate, getFoundCertificate } from '@lockstep/console-api';
import { OperationActions } from '@lockstep/console-operations';
import { Clock, Icon, PageHeader, Spinner, StatusBadge, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { Confirm, CopyButton, RelativeTime, UnloadedPage } from '@lockstep/console-ui/overlays';
import type { FoundCertificate } from '@lockstep/contract';
import { describeFound, placeWords } from './found-words';

/** A certificate that is watched where it was found. */
@Component({
  selector: 'lockstep-found-page',
  imports: [
    CopyButton,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    PageHeader,
    RelativeTime,
    RouterLink,
    Spinner,
    StatusBadge,
    UnloadedPage,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './found-page.html',
})
export class FoundPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly clock = inject(Clock);
  private readonly confirm = inject(Confirm);
  private readonly actions = inject(OperationActions);
  readonly id = input.required({ transform: numberAttribute });
  protected readonly found = signal<FoundCertificate | null>(null);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly isLooking = signal(false);
  protected readonly mayManage = computed(() => this.session.may('certificates.manage'));
  protected readonly placeWords = placeWords;

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
  }

  protected state(found: FoundCertificate): ReturnType<typeof describeFound> {
    return describeFound(found, this.clock.now());
  }

  protected async look(): Promise<void> {
    this.isLooking.set(true);
    await this.actions.attempt(async () =>
      this.found.set(await this.api.invoke(checkFoundCertificate, { id: this.id() })),
    );
    this.isLooking.set(false);
  }

  protected async forget(found: FoundCertificate): Promise<void> {
    const agreed = await this.confirm.ask({
      heading: $localize`Watch this place no longer?`,
      paragraphs: [$localize`${placeWords(found.place)}:PLACE: leaves the list. Nothing changes on the host.`],
      action: $localize`Watch no longer`,
      danger: true,
    });
    if (!agreed) return;
    const isDone = await this.actions.attempt(
      async () => void (await this.api.invoke(forgetFoundCertificate, { id: found.id })),
    );
    if (isDone) await this.router.navigate(['/certificates']);
  }

  protected async load(id: number): Promise<void> {
    this.found.set(null);
    this.problem.set(null);
    try {
      this.found.set(await this.api.invoke(getFoundCertificate, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }
}
