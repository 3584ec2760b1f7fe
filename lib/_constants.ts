// Numbers that torch has by name.
export const { E: e, PI: pi } = Math
export const inf = Infinity
export const nan = NaN
/** In an index: a new dimension of size 1. */
export const newaxis = null
