// Errors of pickles: pickle.PicklingError and pickle.UnpicklingError.

/** A value that a file cannot hold. @see pickle.PicklingError */
export class PicklingError extends Error {
  constructor(message?: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'PicklingError', configurable: true, writable: true })
  }
}

/** A file that is damaged, or asks for what is not allowed. @see pickle.UnpicklingError */
export class UnpicklingError extends Error {
  constructor(message?: string) {
    super(message)
    Object.defineProperty(this, 'name', { value: 'UnpicklingError', configurable: true, writable: true })
  }
}
