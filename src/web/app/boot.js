// Runs before the first paint, so that a remembered theme or language never flashes the other one.
(() => {
  const root = document.documentElement;
  const remembered = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be forbidden; the browser's own preference then decides
    }
  };
  const theme = remembered("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = [remembered("language"), ...navigator.languages].filter(Boolean);
  const known = wanted.find((tag) => /^(en|zh)\b/i.test(tag));
  root.lang = known && /^zh/i.test(known) ? "zh-Hant-TW" : "en";
})();
