import type { WritableSignal } from '@angular/core';
import { submit, type FieldTree } from '@angular/forms/signals';
import { readProblem, type ReadableProblem } from '../problem/read-problem';

/** Sends a form. Where it does not fit, the first wrong field gets the focus; why it was refused is put into `problem`. */
export function sendForm<Model>(
  form: FieldTree<Model>,
  problem: WritableSignal<ReadableProblem | null>,
  send: () => Promise<void>,
): void {
  void submit(form, {
    action: async () => {
      problem.set(null);
      try {
        await send();
      } catch (error) {
        problem.set(readProblem(error));
      }
      return undefined;
    },
    onInvalid: () => form().errorSummary()[0]?.fieldTree().focusBoundControl(),
  });
}
