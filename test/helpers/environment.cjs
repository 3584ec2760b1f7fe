// Node's environment for tests, and a short way out for jest's workers. libtorch's destructors take a tenth of a second of processor
// time, which is more than half a second on a busy machine; jest then takes the process for one that does not end, and warns of leaks.
const { TestEnvironment } = require('jest-environment-node')

const is_worker = process.send !== undefined && process.env.JEST_WORKER_ID !== undefined
// Before the exit nothing is left to wait for: a server or a timer that a test forgot still makes jest warn.
if (is_worker && process.platform !== 'win32') process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL'))

module.exports = TestEnvironment
