import { Injectable, inject } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { Router } from '@angular/router';

/** A short sentence about what was just done, gone by itself. Never the only place where a failure is told. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  private readonly snackBar = inject(MatSnackBar);
  private readonly router = inject(Router);

  show(sentence: string): void {
    this.snackBar.open(sentence, undefined, { duration: 4_000 });
  }

  /** With one button that leads to a page. */
  showWithLink(
    sentence: string,
    link: { readonly label: string; readonly commands: readonly (string | number)[] },
  ): void {
    const toast = this.snackBar.open(sentence, link.label, { duration: 8_000 });
    toast.onAction().subscribe(() => void this.router.navigate([...link.commands]));
  }
}
