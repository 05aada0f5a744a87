import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Api, listAudit } from '@lockstep/console-api';
import { EmptyState, Spinner, StatusBadge, type Tone } from '@lockstep/console-ui';
import { PagedList } from '@lockstep/console-ui/table';
import { RelativeTime } from '@lockstep/console-ui/overlays';
import type { AuditEntry } from '@lockstep/contract';

/** Who did what to which with what result, newest first. */
@Component({
  selector: 'lockstep-audit-page',
  imports: [EmptyState, MatButton, RelativeTime, Spinner, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  private readonly api = inject(Api);
  protected readonly list = new PagedList<AuditEntry>();

  constructor() {
    void this.list.load(
      async (cursor) => await this.api.invoke(listAudit, { limit: 100, ...(cursor === null ? {} : { cursor }) }),
    );
  }

  protected tone(entry: AuditEntry): Tone {
    return entry.result === 'ok' ? 'completed' : entry.result === 'refused' ? 'waiting' : 'failed';
  }

  protected word(entry: AuditEntry): string {
    return entry.result === 'ok'
      ? $localize`Done`
      : entry.result === 'refused'
        ? $localize`Refused`
        : $localize`Failed`;
  }

  protected detail(entry: AuditEntry): string {
    return Object.entries(entry.detail)
      .filter(([, value]) => value !== '' && value !== null)
      .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' · ');
  }
}
