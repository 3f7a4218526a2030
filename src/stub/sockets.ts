import { Streams } from './stream.ts'
import type { Network, Transport } from './transport.ts'
import { askByUdp } from './udp.ts'

/** The network as it is: a socket for each datagram, streams while they are used. */
export function socketNetwork(transport: Transport): Network {
  const streams = new Streams(transport)
  return {
    byUdp: (carried) => askByUdp(carried, transport),
    byStream: (carried) => streams.ask(carried),
    close: () => streams.close(),
  }
}
