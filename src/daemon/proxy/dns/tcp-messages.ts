/** Cuts a stream into messages, each behind its length in two bytes (RFC 1035 §4.2.2), however it came in. Returned with their length. */
export class TcpMessages {
  #rest = Buffer.alloc(0)

  take(chunk: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
    const found: Buffer[] = []
    while (this.#rest.length >= 2) {
      const end = 2 + this.#rest.readUInt16BE(0)
      if (this.#rest.length < end) break
      found.push(this.#rest.subarray(0, end))
      this.#rest = this.#rest.subarray(end)
    }
    return found
  }
}

export function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
