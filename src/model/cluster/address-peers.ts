import type { Peers } from './fault-object.ts'

/** The other side of a fault that was written down as one address or range: nobody needs to find it. */
export function addressPeers(address: string): Peers {
  return address.includes(':') ? { v4: [], v6: [address] } : { v4: [address], v6: [] }
}
