import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Api, listAudit } from '@lockstep/console-api';
import { EmptyState, Icon, Spinner, StatusBadge } from '@lockstep/console-ui';
import { PagedList } from '@lockstep/console-ui/table';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { AuditEntry } from '@lockstep/contract';
import { actorKind, auditFacts, auditResult, auditSummary } from './audit-words';

/** Who did what to which with what result, newest first; the details unfold. */
@Component({
  selector: 'lockstep-audit-page',
  imports: [EmptyState, Icon, MatButton, RelativeTime, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  private readonly api = inject(Api);
  protected readonly list = new PagedList<AuditEntry>();
  /** Ids of the entries that are unfolded. */
  protected readonly open = signal<ReadonlySet<number>>(new Set());
  protected readonly words = { more: $localize`more` };
  protected readonly actorKind = actorKind;
  protected readonly result = auditResult;
  protected readonly summary = auditSummary;
  protected readonly facts = auditFacts;

  constructor() {
    void this.list.load(
      async (cursor) => await this.api.invoke(listAudit, { limit: 100, ...(cursor === null ? {} : { cursor }) }),
    );
  }

  protected toggle(id: number): void {
    const next = new Set(this.open());
    if (!next.delete(id)) next.add(id);
    this.open.set(next);
  }
}
