// What is wrong with a field: the service's own sentences, said in the page's words.
//
// A test finds every sentence that the service can say about a field, and holds that it is here.

const number = (text) => Number(text.replaceAll(",", ""));

/** @type {[RegExp, string, ((...groups: string[]) => Record<string, string | number>)?][]} */
const SENTENCES = [
  [/^must not be empty$|^is missing$/, "form.required"],
  [/^must have at most ([\d,]+) characters?$/, "field.longest", (n) => ({ n: number(n) })],
  [/^must have at least ([\d,]+) characters?$/, "field.shortest", (n) => ({ n: number(n) })],
  [/^must have (\d+) to (\d+) characters$/, "field.length", (low, high) => ({ low, high })],
  [/^must have at most ([\d,]+) items?$/, "field.most", (n) => ({ n: number(n) })],
  [/^must have at least ([\d,]+) items?$/, "field.least", (n) => ({ n: number(n) })],
  [/^must be at least ([\d,]+)$/, "field.from", (n) => ({ n: number(n) })],
  [/^must be at most ([\d,]+)$/, "field.to", (n) => ({ n: number(n) })],
  [/^must be from ([\d,]+) to ([\d,]+)$/, "field.between", (low, high) => ({ low: number(low), high: number(high) })],
  [/^must be a whole number( in plain digits)?$/, "field.whole"],
  [/^has (a number that is none or has )?too many digits$/, "field.digits"],
  [/^must look like name@example\.com$/, "field.email"],
  [/^has a character that no password can have$/, "field.password"],
  [/^must have a letter, a digit or a symbol$/, "field.blank"],
  [/^must not contain characters that cannot be seen$/, "field.unseen"],
  [/^must not contain (control characters|NUL or half a surrogate pair)$/, "field.controls"],
  [/^must not have more than (\d+) marks on one character$/, "field.marks", (n) => ({ n: number(n) })],
  [/^must not contain '\/', and not be '\.' or '\.\.'$/, "field.slash"],
  [/^is used by another section$|^is named twice$|^is given more than once$/, "field.twice"],
  [/^makes ([\d,]+) seats; an event has at most ([\d,]+)$/, "field.seats", (n, most) => ({ n: number(n), most: number(most) })],
  [/^makes ([\d,]+) subsections; an event has at most ([\d,]+)$/, "field.areas", (n, most) => ({ n: number(n), most: number(most) })],
  [/^must be a time zone such as (\S+)$/, "field.timezone", (zone) => ({ zone })],
  [/^must be a moment with an offset, such as /, "field.moment"],
  [/^must be in the years (\d+) to (\d+)$/, "field.years", (low, high) => ({ low, high })],
  [/^must be after sale_opens_at$/, "field.afterOpening"],
  [/^must be after starts_after$/, "field.afterStart"],
  [/^must be one of:? /, "field.choice"],
  [/^the event has no seat (\S+)$/, "field.noSeat", (seat) => ({ seat })],
  [/^the event has no such part$/, "field.noPart"],
  [/^must begin with \S+( or \S+)?$/, "field.https"],
  [/^is not an address$/, "field.address"],
  [/^must not contain a user name or a password$/, "field.userInAddress"],
  [/^must not have a fragment$/, "field.fragment"],
  [/^must not be a private address$/, "field.privateAddress"],
  // What only a program sends: a person who reads this can do nothing about it.
  [/^is not (valid|UTF-8|a cursor of this list|a field of this request|JSON \(.*\))$/, "field.other"],
  [/^must be (an object|a list|a text|true or false|UTF-8 without NUL|1 to 255 visible ASCII characters)$/, "field.other"],
  [/^must look like A-1-2-3$|^must not begin with a byte order mark$|^is nested too deeply$/, "field.other"],
  [/^is needed with a subsection$|^(give either seats|are needed), or a section and a subsection$/, "field.other"],
  [/^give either seats or a quantity$|^section and subsection go with a quantity, not with seats$/, "field.other"],
];

/** @param {string} message @returns {import("./saying.js").Saying | null} null for one that is not known here */
export function knownMessage(message) {
  for (const [pattern, key, valuesOf] of SENTENCES) {
    const found = message.match(pattern);
    if (found) return { key, values: valuesOf?.(...found.slice(1)) };
  }
  return null;
}

/** @param {string} message what the service says of a field @returns {import("./saying.js").Saying} */
export const fieldSaying = (message) => knownMessage(message) ?? { key: "field.other" };
