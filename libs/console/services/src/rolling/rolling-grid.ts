import { ChangeDetectionStrategy, Component, ElementRef, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { StatusBadge } from '@lockstep/console-ui';
import type { RollingHost } from './rolling-words';

/** One cell for each host, each a link to its operation. One stop for the Tab key; the arrows move inside. */
@Component({
  selector: 'lockstep-rolling-grid',
  imports: [RouterLink, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul>
      @for (host of hosts(); track host.connectionId; let index = $index) {
        <li>
          <a
            [class]="host.words.tone"
            [routerLink]="host.operationId ? ['/operations', host.operationId] : ['/connections', host.connectionId]"
            [attr.tabindex]="index === current() ? 0 : -1"
            (focus)="current.set(index)"
            (keydown)="onKey($event, index)"
          >
            <span class="name ls-cut">{{ host.connectionName }}</span>
            <lockstep-status-badge
              [tone]="host.words.tone"
              [word]="host.words.word"
              [icon]="host.words.icon"
              [plain]="true"
            />
            @if (host.message) {
              <span class="message ls-small ls-secondary" [attr.title]="host.message">{{ host.message }}</span>
            }
          </a>
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
      gap: 8px;
    }
    a {
      display: flex;
      flex-direction: column;
      gap: 2px;
      height: 100%;
      min-height: 60px;
      padding: 8px 12px;
      border: 1px solid var(--ls-line);
      border-left: 3px solid var(--edge, var(--ls-line-strong));
      border-radius: var(--ls-radius);
      background: var(--ls-surface);
      color: var(--ls-ink);
    }
    a:hover {
      background: var(--ls-hover);
      text-decoration: none;
    }
    .completed {
      --edge: var(--ls-completed);
    }
    .failed {
      --edge: var(--ls-failed);
    }
    .unknown {
      --edge: var(--ls-unknown);
    }
    .running {
      --edge: var(--ls-running);
    }
    .waiting {
      --edge: color-mix(in srgb, var(--ls-waiting) 45%, var(--ls-surface));
    }
    .name {
      font-size: 13px;
      font-weight: 550;
    }
    .message {
      display: -webkit-box;
      overflow: hidden;
      overflow-wrap: anywhere;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
  `,
})
export class RollingGrid {
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);
  readonly hosts = input.required<readonly RollingHost[]>();
  protected readonly current = signal(0);

  protected onKey(event: KeyboardEvent, index: number): void {
    const next = this.target(event.key, index);
    if (next === null) return;
    event.preventDefault();
    this.links()[Math.min(this.hosts().length - 1, Math.max(0, next))]?.focus();
  }

  private target(key: string, index: number): number | null {
    switch (key) {
      case 'ArrowRight':
        return index + 1;
      case 'ArrowLeft':
        return index - 1;
      case 'ArrowDown':
        return index + this.columnCount();
      case 'ArrowUp':
        return index - this.columnCount();
      case 'Home':
        return 0;
      case 'End':
        return this.hosts().length - 1;
      default:
        return null;
    }
  }

  private links(): readonly HTMLElement[] {
    return [...this.element.nativeElement.querySelectorAll<HTMLElement>('a')];
  }

  /** Cells of the first row: those as high up as the first one. */
  private columnCount(): number {
    const tops = this.links().map((link) => link.getBoundingClientRect().top);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }
}
