/** A question as a resolver asks it (RFC 1035 §4.1); undefined members were not there. */
export interface Question {
  /** Lower case, without the final dot; `.` is the root. */
  readonly name: string
  readonly type: number
  readonly class: number
  /** Where the first section ends. */
  readonly end: number
  /** The asker understands EDNS (RFC 6891) and wants an answer that does. */
  readonly edns: boolean
}

export const TYPE_A = 1
export const TYPE_AAAA = 28
const TYPE_OPT = 41
export const CLASS_IN = 1
const HEADER_BYTES = 12
const LONGEST_NAME = 255
const LONGEST_LABEL = 63

/**
 * The one question of a standard query. Undefined for everything else: answers, other operations, none or several questions,
 * what is cut short, a name with a pointer (a first name has nothing to point to) or longer than names may be.
 */
export function parseQuestion(bytes: Buffer): Question | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const flags = bytes.readUInt16BE(2)
  const isQuery = (flags & 0x8000) === 0 && (flags & 0x7800) === 0
  if (!isQuery || bytes.readUInt16BE(4) !== 1 || bytes.readUInt16BE(6) !== 0 || bytes.readUInt16BE(8) !== 0)
    return undefined
  const read = readName(bytes)
  if (!read || read.end + 4 > bytes.length) return undefined
  const end = read.end + 4
  return {
    name: read.name,
    type: bytes.readUInt16BE(read.end),
    class: bytes.readUInt16BE(read.end + 2),
    end,
    edns: bytes.readUInt16BE(10) > 0 && hasOption(bytes, end),
  }
}

function readName(bytes: Buffer): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = []
  let at = HEADER_BYTES
  while (at < bytes.length && at - HEADER_BYTES < LONGEST_NAME) {
    const length = bytes[at] ?? 0
    if (length === 0) return { name: labels.join('.').toLowerCase() || '.', end: at + 1 }
    if (length > LONGEST_LABEL || at + 1 + length > bytes.length) return undefined
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return undefined
}

/** Root name, type OPT, class, time to live, length. */
function hasOption(bytes: Buffer, at: number): boolean {
  return at + 11 <= bytes.length && bytes[at] === 0 && bytes.readUInt16BE(at + 1) === TYPE_OPT
}

/** EDNS option code for local use (RFC 6891 §9): marks the daemon's own questions. */
const OPTION_MARK = 65_001

/** The bytes of a query for a name; for the daemon's own questions, with a mark where there is one. Throws RangeError for labels that are too long. */
export function writeQuestion(id: number, name: string, type: number, mark?: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '')
  if (labels.some((label) => label.length > LONGEST_LABEL)) throw new RangeError(`${name} has a label that is too long`)
  const header = Buffer.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, mark === undefined ? 0 : 1])
  const written = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')])
  const question = Buffer.concat([header, ...written, Buffer.from([0, type >> 8, type & 0xff, 0, CLASS_IN])])
  return mark === undefined ? question : Buffer.concat([question, markOption(mark)])
}

function markOption(mark: string): Buffer {
  const fixed = [
    0,
    0,
    TYPE_OPT,
    0x04,
    0xd0,
    0,
    0,
    0,
    0,
    0,
    mark.length + 4,
    OPTION_MARK >> 8,
    OPTION_MARK & 0xff,
    0,
    mark.length,
  ]
  return Buffer.concat([Buffer.from(fixed), Buffer.from(mark, 'latin1')])
}

/** Whether a query carries this mark behind its question. */
export function carriesMark(query: Buffer, { end, edns }: Question, mark: string): boolean {
  return edns && query.subarray(end).equals(markOption(mark))
}

export const RCODES = { noerror: 0, servfail: 2, nxdomain: 3 } as const

/** An answer in the resolver's place: the question again, and records of its type, each for one second, so that little of it outlives the fault. */
export function writeAnswer(
  query: Buffer,
  { end, type, edns }: Question,
  { rcode, records }: { readonly rcode: number; readonly records: readonly Buffer[] },
): Buffer {
  const head = Buffer.from(query.subarray(0, end))
  // An answer, recursion available; recursion desired and checking disabled as they were asked.
  head.writeUInt16BE(0x8080 | (query.readUInt16BE(2) & 0x0110) | rcode, 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt16BE(0, 8)
  head.writeUInt16BE(edns ? 1 : 0, 10)
  const written = records.map((data) =>
    Buffer.concat([
      Buffer.from([0xc0, HEADER_BYTES, type >> 8, type & 0xff, 0, CLASS_IN, 0, 0, 0, 1, 0, data.length]),
      data,
    ]),
  )
  const option = edns ? [Buffer.from([0, 0, TYPE_OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, 0])] : []
  return Buffer.concat([head, ...written, ...option])
}

/** What an answer says; undefined when it is not one to this id, or cannot be read. */
export interface Reply {
  readonly rcode: number
  /** The data of its records of the type that was asked for. */
  readonly records: readonly Buffer[]
}

export function parseReply(bytes: Buffer, id: number, type: number): Reply | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== id || (bytes.readUInt16BE(2) & 0x8000) === 0)
    return undefined
  const rcode = bytes.readUInt16BE(2) & 0xf
  const records: Buffer[] = []
  let at = skipName(bytes, HEADER_BYTES) + 4
  if (bytes.readUInt16BE(4) !== 1) at = HEADER_BYTES
  for (let left = bytes.readUInt16BE(6); left > 0; left -= 1) {
    at = skipName(bytes, at)
    if (at + 10 > bytes.length) break
    const end = at + 10 + bytes.readUInt16BE(at + 8)
    if (end > bytes.length) break
    if (bytes.readUInt16BE(at) === type) records.push(bytes.subarray(at + 10, end))
    at = end
  }
  return { rcode, records }
}

/** Behind a name: a pointer ends it, and is not followed. */
function skipName(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    if (length === 0) return at + 1
    if (length > LONGEST_LABEL) return at + 2
    at += 1 + length
  }
  return at
}
