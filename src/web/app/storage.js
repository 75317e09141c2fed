// Small things that a browser keeps. Storage can be forbidden or full; the page works without it.

/** @param {string} key @param {Storage} [store] @returns {string | null} */
export function load(key, store) {
  try {
    return (store ?? localStorage).getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value @param {Storage} [store] */
export function save(key, value, store) {
  try {
    const target = store ?? localStorage;
    if (value === null) target.removeItem(key);
    else target.setItem(key, value);
  } catch {
    // Nothing to do: the choice then lasts as long as the page.
  }
}
