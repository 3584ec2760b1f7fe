// Saves to a file and dies at the n-th call that touches the disk, as a power cut would have it. Run as:
// node -r ../helpers/typescript_hook.cjs crash.cjs <file> <n>
const fs = require('node:fs')
const torch = require('../../lib/index').default

const [file, at] = process.argv.slice(2)
let calls = 0
for (const name of ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync', 'rmSync', 'statSync', 'realpathSync']) {
  const call = fs[name]
  fs[name] = (...args) => {
    if (++calls === Number(at)) process.kill(process.pid, 'SIGKILL')
    // Half of what is written is what a crash may leave.
    if (name === 'writeSync' && calls === Number(at) - 1) return call.call(fs, args[0], args[1], args[2] ?? 0, Math.ceil((args[3] ?? args[1].length) / 2))
    return call.apply(fs, args)
  }
}
torch.save({ x: torch.ones(1000000) }, file)
