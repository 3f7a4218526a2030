/**
 * cli: `danelaw`, one file for each command.
 *
 * In goes a command line and an `Io`, the world as a command sees it: two sinks of text, a
 * directory, clocks, signals. Out comes text, or JSON with `--json`, and an exit code: 0 when it
 * did what was asked, 1 when it found errors or failed, 2 when the command line made no sense.
 * Results go to standard output; findings and progress to standard error.
 *
 * This is where the planes meet: `RunningServer` puts the corridor between sockets and zones,
 * gives the publisher its configuration and the control socket its commands. Nothing here reads
 * the environment, the arguments of the process or the machine's clock: `main` does.
 */
export { Exit, type ExitCode, type Io, type Signal, type TextSink } from './io.ts'
export { runCli } from './program.ts'
