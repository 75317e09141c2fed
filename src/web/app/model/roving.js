// Moving about a grid of seats with the keyboard.

/**
 * @typedef {{row: number, seat: number}} Place counted from 1
 * @param {string} key a KeyboardEvent's key
 * @param {boolean} control whether Ctrl is held
 * @param {Place} from
 * @param {{rows: number, seats: number}} size
 * @returns {Place | null} where to go, or null when the key does not move
 */
export function move(key, control, { row, seat }, { rows, seats }) {
  const to = {
    ArrowUp: { row: row - 1, seat },
    ArrowDown: { row: row + 1, seat },
    ArrowLeft: { row, seat: seat - 1 },
    ArrowRight: { row, seat: seat + 1 },
    Home: { row: control ? 1 : row, seat: 1 },
    End: { row: control ? rows : row, seat: seats },
    PageUp: { row: row - 5, seat },
    PageDown: { row: row + 5, seat },
  }[key];
  return to
    ? { row: Math.min(rows, Math.max(1, to.row)), seat: Math.min(seats, Math.max(1, to.seat)) }
    : null;
}
