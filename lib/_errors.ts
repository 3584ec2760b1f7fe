// Error classes named as Python's, for what JavaScript has no class of its own.
function named(error: Error, name: string): void {
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
}

/** An argument has the right type and an impossible value. */
export class ValueError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'ValueError')
  }
}

/** An operation failed while it ran. */
export class RuntimeError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'RuntimeError')
  }
}

/** An index is out of range. */
export class IndexError extends RangeError {
  constructor(message?: string) {
    super(message)
    named(this, 'IndexError')
  }
}

/** A case that is not implemented, or a method that a subclass must define. */
export class NotImplementedError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    named(this, 'NotImplementedError')
  }
}

/** Memory could not be had. */
export class OutOfMemoryError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    named(this, 'OutOfMemoryError')
  }
}

/** A device failed, as at a bad index in a kernel; often at a later call than the one to blame. */
export class AcceleratorError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    named(this, 'AcceleratorError')
  }
}

/** A factorisation or solve failed, as for a singular matrix. */
export class LinAlgError extends RuntimeError {
  constructor(message?: string) {
    super(message)
    named(this, 'LinAlgError')
  }
}

/** A script raised an exception, or its assertion failed. The message holds the place in the script. @see torch.jit.Error */
export class ScriptError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'torch.jit.Error')
  }
}

/** Something was asked for that this build cannot give, such as CUDA on a CPU build. */
export class AssertionError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'AssertionError')
  }
}

/** A name that a dict or a module does not have, or has already. */
export class KeyError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'KeyError')
  }
}

/** An attribute that an object does not have, or that is of another kind. */
export class AttributeError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'AttributeError')
  }
}

/** An error after which the process should not go on. */
export class FatalError extends Error {
  constructor(message?: string) {
    super(message)
    named(this, 'FatalError')
  }
}
