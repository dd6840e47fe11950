// Runs before the first paint and before every module; a file of its own because the CSP allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('steelyard.scheme');
  } catch {}
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.scheme = dark ? 'dark' : 'light';
  // Zod would compile its parsers with `new Function`, which the CSP refuses. Zod reads this when its first schema is made.
  globalThis.__zod_globalConfig = { jitless: true };
})();
