// The service's validation errors, by the field they belong to.

/**
 * @param {{loc: unknown, msg: string}[]} errors `loc` is a path, as a list or with dots
 * @returns {Record<string, string>} such as {"seating_config.sections.0.price": "..."}
 */
export function byField(errors) {
  const found = {};
  for (const { loc, msg } of errors) {
    const parts = Array.isArray(loc) ? loc.map(String) : String(loc).split(".");
    if (parts[0] === "body") parts.shift();
    found[parts.join(".")] ??= msg;
  }
  return found;
}
