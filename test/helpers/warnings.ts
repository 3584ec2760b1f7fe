// The warnings that code under test emits.

/** The warnings of a callback, as 'Category: text'. They are kept from standard error. */
export async function captured_warnings(callback: () => unknown): Promise<string[]> {
  const seen: string[] = []
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation((warning, type) => {
    seen.push(`${String(type)}: ${String(warning)}`)
  })
  try {
    await callback()
  } finally {
    emit.mockRestore()
  }
  return seen
}
