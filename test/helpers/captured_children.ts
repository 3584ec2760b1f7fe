// Catches what child processes write to stderr, which would else go to the terminal.
import child_process from 'node:child_process'

/** Call at the top of a describe block; the function returned gives the text of the running test. */
export function captured_children(): () => string {
  let text = ''
  const real = child_process.spawnSync
  beforeEach(() => {
    text = ''
    jest.spyOn(child_process, 'spawnSync').mockImplementation(((file: string, args: string[], options: object) => {
      const result = real(file, args, { ...options, stdio: 'pipe', encoding: 'utf8' })
      text += result.stderr
      if (result.status !== 0) process.stderr.write(result.stderr) // a crash: the test will fail, and this says why
      return result
    }) as typeof child_process.spawnSync)
  })
  afterEach(() => jest.restoreAllMocks())
  return () => text
}
