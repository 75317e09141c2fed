// Runs before the first paint, so that a saved theme or language never flashes the other one.
(() => {
  const root = document.documentElement;
  const saved = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the browser's own preference then decides
    }
  };
  const theme = saved("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = [saved("language"), ...navigator.languages].filter(Boolean);
  const known = wanted.find((tag) => /^(en|zh)\b/i.test(tag));
  root.lang = known && /^zh/i.test(known) ? "zh-Hant-TW" : "en";
})();
