/**
 * The packet with one bit flipped behind its IP header (of IPv4 with its options, of IPv6 the fixed one): whoever receives it
 * finds the checksum wrong. A packet that ends with its header is returned as it is.
 */
export function flipBit(packet: Buffer, { place, bit }: { readonly place: number; readonly bit: number }): Buffer {
  const version = (packet[0] ?? 0) >> 4
  const header = version === 6 ? 40 : ((packet[0] ?? 0) & 15) * 4
  const body = packet.length - header
  const changed = Buffer.from(packet)
  if (body <= 0) return changed
  const at = header + Math.floor(place * body)
  changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(bit * 8))
  return changed
}
