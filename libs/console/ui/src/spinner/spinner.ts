import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** Something is going on. Decoration: the words beside it say what. */
@Component({
  selector: 'lockstep-spinner',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `
    <svg viewBox="0 0 24 24" [attr.width]="size()" [attr.height]="size()" focusable="false">
      <circle cx="12" cy="12" r="9" class="track" />
      <path d="M12 3a9 9 0 0 1 9 9" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }
    svg {
      animation: turn 900ms linear infinite;
    }
    circle,
    path {
      fill: none;
      stroke: currentColor;
      stroke-width: 2.4;
      stroke-linecap: round;
    }
    .track {
      opacity: 0.22;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
    @media (prefers-reduced-motion: reduce) {
      svg {
        animation: none;
      }
    }
  `,
})
export class Spinner {
  /** Edge length in pixels. */
  readonly size = input(16);
}
