import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { SessionKeeper } from '@lockstep/console-access';
import { Preferences } from '@lockstep/console-ui';

/** The root: a page outside or the shell. Its services begin to work here. */
@Component({
  selector: 'lockstep-console',
  imports: [RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<router-outlet />`,
})
export class Console {
  constructor() {
    inject(Preferences);
    inject(SessionKeeper);
  }
}
