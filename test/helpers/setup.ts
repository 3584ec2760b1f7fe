// Before all tests: how threads wait, no proxies, and the folder of python_server.py, which lives as long as jest's first process
// listens in it.
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

/** What teardown.ts ends; jest gives the two no other way to share it. */
export const shared = globalThis as { torch_ts_end_python?: () => void }

export default async function setup(): Promise<void> {
  // Threads that wait for work would spin for it, and take the processor from the other tests: twice the time for some files.
  process.env.OMP_WAIT_POLICY ??= 'passive'
  for (const name of Object.keys(process.env).filter(one => /_proxy$/i.test(one))) delete process.env[name] // servers are on this machine
  if (process.platform === 'win32') return // Python cannot fork there: each program gets a process of its own
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-ts-python-'))
  const connections: net.Socket[] = []
  const alive = net.createServer(connection => {
    connections.push(connection.unref().on('error', () => {}))
  })
  await new Promise<void>(resolve => alive.listen(path.join(folder, 'alive'), resolve).unref())
  process.env.TORCH_TS_TEST_PYTHON = folder
  shared.torch_ts_end_python = () => {
    for (const connection of connections) connection.destroy()
    alive.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
