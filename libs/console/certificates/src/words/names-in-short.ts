/** Names as far as they fit a line; how many others there are is told. */
export function namesInShort(names: readonly string[], most = 3): string {
  const others = names.length - most;
  const shown = names.slice(0, most).join(', ');
  return others > 0 ? $localize`${shown}:NAMES: and ${others}:COUNT: more` : shown;
}
