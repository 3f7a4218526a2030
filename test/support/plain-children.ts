/**
 * Loaded before every test file (`.taprc`). tap adds a loader to each Node.js process that a test
 * starts, which more than doubles the time that `danelaw` takes to start; the suite starts it
 * hundreds of times. Without the loader a child is what an operator starts. Only coverage needs it.
 */
import processOnSpawn from 'process-on-spawn'

if (process.env['_TAPJS_PROCESSINFO_COVERAGE_'] !== '1') {
  processOnSpawn.removeAllListeners()
  delete process.env['NODE_OPTIONS']
}
