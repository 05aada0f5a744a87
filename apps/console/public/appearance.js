// Applies the kept look before the first paint. A file of its own, because inline scripts are not allowed.
(() => {
  const { document, localStorage } = globalThis;
  const root = document.documentElement;
  for (const name of ['theme', 'density']) {
    const kept = localStorage.getItem(`lockstep.${name}`);
    if (kept) root.dataset[name] = kept;
  }
})();
