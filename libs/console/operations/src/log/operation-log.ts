import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Icon, Preferences, ProblemNotice } from '@lockstep/console-ui';
import { CopyButton } from '@lockstep/console-ui/overlays';
import { LogLineView } from './log-line';
import { OperationLogSource, type NumberedLine } from './operation-log-source';

/** How near the end, in pixels, still counts as being at the end. */
const nearEnd = 24;
const lineHeight = 20;

/** The log of an operation. It follows its end until one scrolls up, and then says how much is new. Every line has an address. */
@Component({
  selector: 'lockstep-operation-log',
  imports: [CopyButton, Icon, LogLineView, MatButton, MatIconButton, MatTooltip, ProblemNotice, ScrollingModule],
  providers: [OperationLogSource],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './operation-log.html',
  styleUrl: './operation-log.scss',
})
export class OperationLog {
  protected readonly source = inject(OperationLogSource);
  protected readonly preferences = inject(Preferences);
  private readonly document = inject(DOCUMENT);
  readonly operationId = input.required<string>();
  readonly ended = input(false);
  /** The file's name when it is downloaded, without ending. */
  readonly fileName = input('operation');

  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  private readonly all = viewChild<ElementRef<HTMLElement>>('all');
  protected readonly lines = this.source.lines;
  /** The host's own words on its error stream, newest last; for the failure card. */
  readonly hostWords = computed(() => hostWords(this.lines()));
  protected readonly following = signal(true);
  private readonly seen = signal(0);
  protected readonly unseen = computed(() => this.lines().length - this.seen());
  protected readonly marked = signal(lineInAddress(this.document.location.hash));
  protected readonly query = signal('');
  protected readonly search = computed(() => this.query().trim().toLowerCase());
  protected readonly wrapped = computed(() => this.preferences.logWrap() === 'on');
  private readonly matches = computed(() =>
    this.search() === '' ? [] : this.lines().filter(({ text }) => text.toLowerCase().includes(this.search())),
  );
  private readonly matchIndex = linkedSignal({ source: this.search, computation: () => -1 });
  protected readonly matchWords = computed(() =>
    this.matchIndex() < 0
      ? $localize`${this.matches().length}:COUNT: found`
      : $localize`${this.matchIndex() + 1}:NUMBER: of ${this.matches().length}:COUNT:`,
  );
  protected readonly text = computed(() => this.lines().map(asText).join('\n'));
  protected readonly trackLine = (_index: number, line: NumberedLine) => line.number;

  constructor() {
    effect((onCleanup) => {
      const id = this.operationId();
      untracked(() => this.source.open(id));
      onCleanup(() => this.source.close());
    });
    if (this.marked() !== null) this.following.set(false);
    let isMarkShown = this.marked() === null;
    afterRenderEffect(() => {
      const count = this.lines().length;
      this.wrapped();
      if (count === 0) return;
      const marked = untracked(this.marked);
      if (!isMarkShown && marked !== null && marked <= count) {
        isMarkShown = true;
        this.reveal(marked);
      } else if (untracked(this.following)) this.scrollToEnd();
    });
  }

  /** Shows the first line of a step. */
  showStep(name: string): void {
    const line = this.lines().find(({ step }) => step === name);
    if (line !== undefined) this.choose(line.number);
  }

  protected choose(number: number): void {
    this.marked.set(number);
    this.document.defaultView?.history.replaceState(this.document.defaultView.history.state, '', `#L${number}`);
    this.reveal(number);
  }

  protected follow(): void {
    this.following.set(true);
    this.scrollToEnd();
  }

  protected goToMatch(by: number): void {
    const count = this.matches().length;
    if (count === 0) return;
    this.matchIndex.update((index) => (index + by + count) % count);
    const match = this.matches()[this.matchIndex()];
    if (match !== undefined) this.choose(match.number);
  }

  protected onScroll(): void {
    const element = this.scroller();
    if (element === undefined) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
    this.following.set(isAtEnd);
    if (isAtEnd) this.seen.set(this.lines().length);
  }

  protected download(): void {
    const address = URL.createObjectURL(new Blob([`${this.text()}\n`], { type: 'text/plain' }));
    const link = this.document.createElement('a');
    link.href = address;
    link.download = `${this.fileName()}.log`;
    link.click();
    URL.revokeObjectURL(address);
  }

  private scroller(): HTMLElement | undefined {
    return this.all()?.nativeElement ?? this.viewport()?.elementRef.nativeElement;
  }

  private scrollToEnd(): void {
    this.seen.set(untracked(this.lines).length);
    const viewport = this.viewport();
    if (viewport !== undefined) viewport.scrollToOffset(untracked(this.lines).length * lineHeight + 40);
    const all = this.all()?.nativeElement;
    if (all !== undefined) all.scrollTop = all.scrollHeight;
  }

  private reveal(number: number): void {
    this.following.set(false);
    this.viewport()?.scrollToOffset(Math.max(0, (number - 4) * lineHeight));
    this.all()?.nativeElement.querySelector(`[data-line="${number}"]`)?.scrollIntoView({ block: 'center' });
  }
}

function lineInAddress(hash: string): number | null {
  const found = /^#L(\d{1,9})$/.exec(hash)?.[1];
  return found === undefined ? null : Number(found);
}

const asText = (line: NumberedLine): string => `${line.at} ${line.text}`;

const hostWords = (lines: readonly NumberedLine[]): string =>
  lines
    .filter(({ stream }) => stream === 'stderr')
    .slice(-12)
    .map(({ text }) => text)
    .join('\n');
