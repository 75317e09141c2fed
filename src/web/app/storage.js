// Small things a browser remembers. Storage can be forbidden or full; the page works without it.

/** @param {string} key @param {Storage} [store] @returns {string | null} */
export function recall(key, store) {
  try {
    return (store ?? localStorage).getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value @param {Storage} [store] */
export function remember(key, value, store) {
  try {
    const target = store ?? localStorage;
    if (value === null) target.removeItem(key);
    else target.setItem(key, value);
  } catch {
    // Nothing to do: the choice then lasts as long as the page.
  }
}
