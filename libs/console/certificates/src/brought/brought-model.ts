import type { WritableSignal } from '@angular/core';
import { type FieldTree, form, required } from '@angular/forms/signals';

/** What a person brings: all text, as it is pasted. */
export interface BroughtModel {
  readonly certificate: string;
  readonly allowUnknownAuthority: boolean;
}

export const emptyBrought: BroughtModel = { certificate: '', allowUnknownAuthority: false };

export const broughtForm = (model: WritableSignal<BroughtModel>): FieldTree<BroughtModel> =>
  form(model, (path) => {
    required(path.certificate, { message: $localize`Paste the certificate, or choose its file.` });
  });
