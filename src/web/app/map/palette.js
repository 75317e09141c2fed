// The colours of a map, read from the page's own CSS variables, so that both themes have one source.

const NAMES = {
  card: "--card",
  sunken: "--sunken",
  ink: "--ink",
  inkSoft: "--ink-soft",
  paper: "--paper",
  lineStrong: "--line-strong",
  taken: "--taken",
  picked: "--accent",
  mine: "--mine",
  signal: "--signal",
  focus: "--focus",
  hue1: "--price-1",
  hue2: "--price-2",
  hue3: "--price-3",
  hue4: "--price-4",
};

/**
 * @typedef {Record<keyof typeof NAMES, string> & {font: string}} Palette
 * @param {HTMLElement} element whose theme counts; its own colour is left as it was
 * @returns {Palette}
 */
export function paletteOf(element) {
  const style = getComputedStyle(element);
  const palette = /** @type {any} */ ({ font: style.fontFamily });
  for (const [name, variable] of Object.entries(NAMES)) {
    element.style.color = `var(${variable})`;
    palette[name] = style.color;
  }
  element.style.color = "";
  return palette;
}

/** Call `then` whenever the theme changes. @returns {() => void} stops it */
export function onThemeChange(/** @type {() => void} */ then) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(then);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", then);
  return () => {
    chosen.disconnect();
    dark.removeEventListener("change", then);
  };
}
