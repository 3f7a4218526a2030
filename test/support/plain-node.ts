/**
 * Loaded first in every test file (`.taprc`): tap's loader, which asks a second thread for each
 * module, is kept out of the process of the test and of what it starts. A `danelaw` with the loader
 * takes twice as long to start, and the suite starts hundreds; without it, it is what an operator
 * starts. Only coverage needs the loader.
 */
import module, { syncBuiltinESMExports } from 'node:module'

delete process.env['NODE_OPTIONS']
if (process.env['_TAPJS_PROCESSINFO_COVERAGE_'] !== '1') {
  // tap's own word for: leave this process alone.
  process.env['__TAPJS_PROCESSINFO_TESTING_NO_REGISTER__'] = `${process.pid}`
  Object.assign(module, { register: () => undefined })
  syncBuiltinESMExports()
}
