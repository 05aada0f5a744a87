/** Keeps what is typed while the palette is still on its way, so that no letter of a quick hand is lost. */
export class TypeAhead {
  private text = '';
  private readonly keep = (event: KeyboardEvent): void => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.text += event.key;
  };

  constructor(private readonly document: Document) {
    document.addEventListener('keydown', this.keep, { capture: true });
  }

  /** Ends the keeping; answers what was typed. */
  stop(): string {
    this.document.removeEventListener('keydown', this.keep, { capture: true });
    return this.text;
  }
}
