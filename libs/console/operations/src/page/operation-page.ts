import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { Session } from '@lockstep/console-access';
import { Api, getOperation } from '@lockstep/console-api';
import { ElapsedTime, Icon, PageHeader, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { RelativeTime, UnloadedPage } from '@lockstep/console-ui/overlays';
import { isActive } from '@lockstep/contract';
import { OperationLog } from '../log/operation-log';
import { OperationProgress } from '../progress/operation-progress';
import { OperationActions } from '../store/operation-actions';
import { OperationsStore } from '../store/operations-store';
import { OperationBadge } from '../words/operation-badge';
import { describeActor, isOfCertificate, scheduleLink, targetWords, typeTitle } from '../words/operation-words';
import { ChildrenCard } from './children-card';
import { FailureCard } from './failure-card';
import { OperationFacts } from './operation-facts';
import { StepList } from './step-list';
import { UsualDuration } from './usual-duration';
import { WaitingNote } from './waiting-note';

/** One operation: how it stands, its steps, its log, what was found, and what to do when it failed. */
@Component({
  selector: 'lockstep-operation-page',
  imports: [
    ChildrenCard,
    ElapsedTime,
    FailureCard,
    Icon,
    MatButton,
    MatIconButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    OperationBadge,
    OperationFacts,
    OperationLog,
    OperationProgress,
    PageHeader,
    RelativeTime,
    RouterLink,
    StepList,
    UnloadedPage,
    UsualDuration,
    WaitingNote,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './operation-page.html',
  styleUrl: './operation-page.scss',
})
export class OperationPage {
  private readonly api = inject(Api);
  private readonly store = inject(OperationsStore);
  private readonly session = inject(Session);
  private readonly title = inject(Title);
  protected readonly actions = inject(OperationActions);

  readonly id = input.required<string>();
  protected readonly operation = computed(() => this.store.operations().get(this.id()));
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly heading = computed(() => {
    const operation = this.operation();
    if (operation === undefined) return '';
    return [typeTitle(operation.type), targetWords(operation), operation.connectionName]
      .filter((part) => part !== '')
      .join(' · ');
  });
  protected readonly isActive = computed(() => isActive(this.operation()?.status ?? 'completed'));
  protected readonly mayCancel = computed(() => this.session.may('operations.cancel'));
  protected readonly mayStart = computed(() => this.session.may('operations.start'));
  protected readonly describeActor = describeActor;
  protected readonly isOfCertificate = isOfCertificate;
  protected readonly scheduleLink = scheduleLink;
  private readonly log = viewChild(OperationLog);
  /** What the failure itself brought along, else what stands in the log of the step that failed. */
  protected readonly hostWords = computed(() => {
    // The findings of a rehearsal bear their own.
    if (this.operation()?.type === 'certificate_rehearsal') return '';
    const told = this.operation()?.metadata['hostWords'];
    return typeof told === 'string' ? told : (this.log()?.hostWords() ?? '');
  });
  private readonly connectionId = computed(() => this.operation()?.connectionId);

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => void this.load(id));
    });
    effect(() => {
      if (this.heading() !== '') this.title.setTitle(`${this.heading()} · Lockstep`);
    });
    this.store.watch(this.connectionId, inject(Injector));
  }

  protected async load(id: string): Promise<void> {
    this.problem.set(null);
    try {
      this.store.take(await this.api.invoke(getOperation, { id }));
    } catch (error) {
      this.problem.set(readProblem(error));
    }
  }

  protected showStep(name: string): void {
    this.log()?.showStep(name);
  }
}
