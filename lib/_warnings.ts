// Warnings: Python's warnings module.

const shown = new Set<string>()

/** Prints a warning on standard error, each text once. Listen with `process.on('warning')`, silence with --no-warnings. */
export function warn(message: string, category = 'UserWarning'): void {
  const text = `${category}: ${message}`
  if (shown.has(text)) return
  shown.add(text)
  process.emitWarning(message, category)
}
