// The process that downloads while the one that constructs a data set waits: a job on stdin, its outcome on stdout.
import fs from 'node:fs'
import { tqdm, type Tqdm } from '../../utils/tqdm'
import { run_job, type Job } from './_jobs'
import type { Reporter } from './_sources'

/** The outcome: null, or the message of the error. */
export type Outcome = { error: string } | { error: null }

const report: Reporter = {
  line: (text) => void process.stderr.write(text + '\n'),
  transfer(name) {
    let bar: Tqdm | undefined
    return {
      begin(total, present) {
        // A second try goes on with the bar of the first.
        if (bar) bar.update(present - bar.n)
        else bar = tqdm({ desc: name, total, initial: present, unit: 'B', unit_scale: true })
      },
      advance: (n) => bar?.update(n),
      end: () => bar?.close(),
    }
  },
}

async function main(): Promise<void> {
  let outcome: Outcome = { error: null }
  try {
    await run_job(JSON.parse(fs.readFileSync(0, 'utf8')) as Job, report)
  } catch (error) {
    outcome = { error: error instanceof Error ? error.message : String(error) }
  }
  // The caller is blocked until this process ends: do not wait for timers or sockets that a failure left.
  process.stdout.write(JSON.stringify(outcome), () => process.exit())
}

void main()
