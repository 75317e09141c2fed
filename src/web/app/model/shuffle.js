// The permutation that gives those who gathered before the opening their numbers: the swap-or-not
// shuffle of Ethereum's consensus specification (`compute_shuffled_index`, 90 rounds of SHA-256).
// SHA-256 is a library's: the browser's own is missing where the page is not a secure context.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const ROUNDS = 90;
const SEED_BYTES = 32;

/** @param {string} seed 32 bytes in hex @returns {string} their SHA-256, in hex */
export const hashOf = (seed) => bytesToHex(sha256(hexToBytes(seed)));

/**
 * Where `index` goes.
 * @param {number} index from 0 @param {number} count how many are shuffled
 * @param {string} seed 32 bytes in hex
 * @returns {number} from 0; each once for the indices below `count`
 */
export function shuffledIndex(index, count, seed) {
  // The seed, the round in one byte, and 256 positions' number in four, the lowest first.
  const input = new Uint8Array(SEED_BYTES + 5);
  input.set(hexToBytes(seed));
  const view = new DataView(input.buffer);
  let at = index;
  for (let round = 0; round < ROUNDS; round += 1) {
    view.setUint8(SEED_BYTES, round);
    const drawn = new DataView(sha256(input.subarray(0, SEED_BYTES + 1)).buffer);
    const pivot = Number(drawn.getBigUint64(0, true) % BigInt(count));
    const flip = (pivot + count - at) % count;
    const position = Math.max(at, flip);
    view.setUint32(SEED_BYTES + 1, Math.floor(position / 256), true);
    const byte = sha256(input)[Math.floor((position % 256) / 8)];
    if ((byte >> (position % 8)) % 2 === 1) at = flip;
  }
  return at;
}
