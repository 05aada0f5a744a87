import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** The frame of the pages outside: the mark, a heading, one card. */
@Component({
  selector: 'lockstep-gate',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main>
      <div class="brand">
        <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
          <path d="M4 17l5-5-5-5M11 17l5-5-5-5M20 7v10" />
        </svg>
        <span>Lockstep</span>
      </div>
      <section class="ls-card">
        <h1>{{ heading() }}</h1>
        <p class="ls-secondary">{{ about() }}</p>
        <ng-content />
      </section>
      <ng-content select="[below]" />
    </main>
  `,
  styles: `
    main {
      display: flex;
      flex-direction: column;
      gap: 20px;
      width: min(400px, 100%);
      margin: 0 auto;
      padding: max(24px, 14vh) 16px 32px;
    }
    .brand {
      display: flex;
      align-items: center;
      gap: 8px;
      padding-left: 4px;
      font-size: 17px;
      font-weight: 650;
      letter-spacing: -0.015em;
    }
    path {
      fill: none;
      stroke: var(--ls-accent);
      stroke-width: 2.4;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    section {
      display: flex;
      flex-direction: column;
      gap: 6px;
      padding: 24px;
      box-shadow: var(--ls-shadow);
    }
    p {
      margin-bottom: 14px;
      font-size: 13px;
    }
  `,
})
export class Gate {
  readonly heading = input.required<string>();
  readonly about = input('');
}
