/**
 * Lets people read the whole of a text that is cut for want of room (`ls-cut`): it gets a title when the pointer comes over it.
 * One listener for all pages, because whether a text is cut is known only then.
 */
export function titleCutText(document: Document): void {
  const titled = new WeakSet<Element>();
  document.addEventListener('pointerover', ({ target }) => {
    const text = target instanceof Element ? target.closest<HTMLElement>('.ls-cut') : null;
    if (text === null || (text.title !== '' && !titled.has(text))) return;
    titled.add(text);
    text.title = text.scrollWidth > text.clientWidth ? text.textContent.trim() : '';
  });
}
