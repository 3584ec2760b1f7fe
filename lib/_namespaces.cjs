// Parts of the torch namespace that load at their first use, since a program needs few of them. TypeScript can write no such import:
// its types are in _namespaces.d.cts.
'use strict'

/** @type {Record<string, () => unknown>} */
const parts = {
  _inductor: () => require('./_inductor'),
  distributions: () => require('./distributions'),
  export: () => require('./export'),
  func: () => require('./func'),
  hub: () => require('./hub'),
  jit: () => require('./jit'),
  masked: () => require('./masked'),
  multiprocessing: () => require('./multiprocessing'),
  optim: () => require('./optim'),
  quasirandom: () => require('./quasirandom'),
  signal: () => require('./signal'),
  testing: () => require('./testing'),
  utils: () => require('./utils'),
  vmap: () => require('./func').vmap,
}

for (const [name, get] of Object.entries(parts)) Object.defineProperty(exports, name, { enumerable: true, get })
Object.defineProperty(exports, '__esModule', { value: true })
