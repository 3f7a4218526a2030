/** Raises a world of the seed it is given, and writes what its servers say, as digests. */
import { worldDigests } from '../support/world-octets.ts'

process.stdout.write(JSON.stringify([...worldDigests(process.argv[2] ?? '')]))
