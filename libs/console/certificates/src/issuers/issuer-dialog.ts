import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { FormField, form, required, submit, validate } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import {
  MAT_DIALOG_DATA,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogRef,
  MatDialogTitle,
} from '@angular/material/dialog';
import { Api, changeIssuer, createIssuer } from '@lockstep/console-api';
import { Control, Field, ProblemNotice, fieldError, readProblem, type ReadableProblem } from '@lockstep/console-ui';
import { InternalIssuerInput, type Issuer } from '@lockstep/contract';
import { readDomains } from '../form/certificate-model';

interface IssuerModel {
  readonly name: string;
  readonly lifetimeDays: string;
  readonly permittedNames: string;
}

const wirePaths: Readonly<Record<keyof IssuerModel, string>> = {
  name: 'name',
  lifetimeDays: 'internal.lifetimeDays',
  permittedNames: 'internal.permittedNames',
};

/** Makes an authority of Lockstep's own; given one, changes it. */
@Component({
  selector: 'lockstep-issuer-dialog',
  imports: [
    Control,
    Field,
    FormField,
    MatButton,
    MatDialogActions,
    MatDialogClose,
    MatDialogContent,
    MatDialogTitle,
    ProblemNotice,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './issuer-dialog.html',
})
export class IssuerDialog {
  private readonly api = inject(Api);
  private readonly dialog = inject(MatDialogRef);
  protected readonly issuer = inject<Issuer | null>(MAT_DIALOG_DATA);
  protected readonly problem = signal<ReadableProblem | null>(null);
  protected readonly model = signal<IssuerModel>({
    name: this.issuer?.name ?? '',
    lifetimeDays: String(this.issuer?.internal?.lifetimeDays ?? 30),
    permittedNames: (this.issuer?.internal?.permittedNames ?? []).join('\n'),
  });
  protected readonly form = form(this.model, (path) => {
    required(path.name, { message: $localize`Give the issuer a name.` });
    validate(path.lifetimeDays, ({ value }) =>
      InternalIssuerInput.shape.lifetimeDays.safeParse(Number(value())).success && value().trim() !== ''
        ? undefined
        : { kind: 'days', message: $localize`A whole number from 1 to 397.` },
    );
    validate(path.permittedNames, ({ value }) =>
      InternalIssuerInput.shape.permittedNames.safeParse(readDomains(value())).success
        ? undefined
        : { kind: 'names', message: $localize`At most 50 host names or domains, without a star.` },
    );
  });

  protected error(name: keyof IssuerModel): string | undefined {
    return fieldError(this.form[name](), this.problem(), wirePaths[name]);
  }

  protected save(event: Event): void {
    event.preventDefault();
    void submit(this.form, async () => {
      this.problem.set(null);
      try {
        await this.send();
        this.dialog.close(true);
      } catch (error) {
        this.problem.set(readProblem(error));
      }
      return undefined;
    });
  }

  private async send(): Promise<void> {
    const { name, lifetimeDays, permittedNames } = this.model();
    const internal = { lifetimeDays: Number(lifetimeDays), permittedNames: readDomains(permittedNames) };
    if (this.issuer === null)
      await this.api.invoke(createIssuer, { body: { name: name.trim(), kind: 'internal', internal } });
    else await this.api.invoke(changeIssuer, { id: this.issuer.id, body: { name: name.trim(), internal } });
  }
}
