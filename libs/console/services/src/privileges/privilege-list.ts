import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusBadge, type IconName, type Tone } from '@lockstep/console-ui';
import { CopyButton } from '@lockstep/console-ui/overlays';
import type { Privilege } from '@lockstep/contract';

interface Presence {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName;
}

/** The exact lines of sudoers(5) that a login needs, each with what it is for and whether the host has it, and how to add them. */
@Component({
  selector: 'lockstep-privilege-list',
  imports: [CopyButton, StatusBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul>
      @for (row of rows(); track row.privilege.line) {
        <li>
          <div class="words">
            <span class="ls-small ls-secondary">{{ row.purpose }}</span>
            <lockstep-status-badge
              [tone]="row.presence.tone"
              [word]="row.presence.word"
              [icon]="row.presence.icon"
              [plain]="true"
            />
          </div>
          <div class="ls-code">
            <code class="ls-mono ls-break">{{ row.privilege.line }}</code>
            <lockstep-copy-button [text]="row.privilege.line" label="Copy the line" i18n-label />
          </div>
        </li>
      }
    </ul>
    @if (absent().length > 0) {
      <div class="how">
        <p class="ls-small ls-secondary" i18n>
          As root on the host, open the file with the command below, paste the lines, and save. visudo checks them
          before it puts them in force.
        </p>
        <div class="ls-code">
          <code class="ls-mono">{{ command }}</code>
          <lockstep-copy-button [text]="command" label="Copy the command" i18n-label />
        </div>
        @if (absent().length > 1) {
          <div class="ls-row">
            <lockstep-copy-button [text]="absentLines()" label="Copy all missing lines" i18n-label />
            <span class="ls-small ls-secondary" aria-hidden="true" i18n>All missing lines at once</span>
          </div>
        }
      </div>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 14px;
      min-width: 0;
    }
    ul {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
    .words {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
    }
    .ls-code {
      margin-top: 2px;
    }
    .how {
      display: flex;
      flex-direction: column;
      gap: 4px;
    }
  `,
})
export class PrivilegeList {
  readonly privileges = input.required<readonly Privilege[]>();
  protected readonly command = 'visudo -f /etc/sudoers.d/lockstep';
  protected readonly rows = computed(() =>
    this.privileges().map((privilege) => ({
      privilege,
      purpose: purposeTitle(privilege.purpose),
      presence: describePresence(privilege.present),
    })),
  );
  /** Also those of which it is not known: a line that is there twice does no harm. */
  protected readonly absent = computed(() => this.privileges().filter(({ present }) => present !== true));
  protected readonly absentLines = computed(() =>
    this.absent()
      .map(({ line }) => line)
      .join('\n'),
  );
}

function purposeTitle(purpose: Privilege['purpose']): string {
  switch (purpose) {
    case 'restart':
      return $localize`To restart it`;
    case 'configuration_test':
      return $localize`To test its configuration`;
    case 'log':
      return $localize`To read its log`;
  }
}

function describePresence(present: boolean | null): Presence {
  if (present === null) return { tone: 'unknown', word: $localize`Not known` };
  return present
    ? { tone: 'completed', word: $localize`Present` }
    : { tone: 'failed', word: $localize`Missing`, icon: 'warning' };
}
