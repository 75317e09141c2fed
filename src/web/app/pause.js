/** @param {number} ms @returns {Promise<void>} done after that time */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
