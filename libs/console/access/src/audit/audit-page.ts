import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { Api, listAudit } from '@lockstep/console-api';
import { EmptyState, Icon, Spinner, StatusBadge } from '@lockstep/console-ui';
import { ListAddress, PagedList } from '@lockstep/console-ui/table';
import { RelativeTime, SearchField } from '@lockstep/console-ui/overlays';
import type { AuditEntry } from '@lockstep/contract';
import { actorKind, auditFacts, auditResult, auditSummary, subjectLink } from './audit-words';

const results: readonly AuditEntry['result'][] = ['ok', 'refused', 'failed'];

/** Who did what to which with what result, newest first; the details unfold. Filters are in the address. */
@Component({
  selector: 'lockstep-audit-page',
  imports: [EmptyState, Icon, MatButton, RelativeTime, RouterLink, SearchField, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  private readonly api = inject(Api);
  protected readonly address = inject(ListAddress);

  readonly search = input<string>();
  readonly result = input<string>();

  protected readonly list = new PagedList<AuditEntry>();
  /** Ids of the entries that are unfolded. */
  protected readonly open = signal<ReadonlySet<number>>(new Set());
  protected readonly results = results;
  protected readonly words = { more: $localize`more` };
  protected readonly actorKind = actorKind;
  protected readonly resultWords = auditResult;
  protected readonly summary = auditSummary;
  protected readonly facts = auditFacts;
  protected readonly subjectLink = subjectLink;
  protected readonly chosen = computed(() => results.find((result) => result === this.result()));
  protected readonly filtered = computed(() => (this.search() ?? '') !== '' || this.chosen() !== undefined);

  constructor() {
    effect(() => void this.load());
  }

  protected toggle(id: number): void {
    const next = new Set(this.open());
    if (!next.delete(id)) next.add(id);
    this.open.set(next);
  }

  private async load(): Promise<void> {
    const [search, result] = [this.search() ?? '', this.chosen()];
    await this.list.load(
      async (cursor) =>
        await this.api.invoke(listAudit, {
          ...(search === '' ? {} : { search }),
          ...(result === undefined ? {} : { result }),
          ...(cursor === null ? {} : { cursor }),
          limit: 100,
        }),
    );
  }
}
