import type { Count } from '../tables.ts'
import { type Answers, failureIn, type Request } from './exchange.ts'
import { ACKNOWLEDGED, attribute, attributesIn, DUMP, encodeMessage, REQUEST, textOf, word } from './messages.ts'

/** include/uapi/linux/netfilter/nf_tables.h, of family inet. */
const NF_TABLES = 10
const INET = 1
const BATCH_BEGIN = 0x10
const BATCH_END = 0x11
const NEW_TABLE = NF_TABLES << 8
const GET_TABLE = (NF_TABLES << 8) | 1
const DELETE_TABLE = (NF_TABLES << 8) | 2
const NEW_RULE = (NF_TABLES << 8) | 6
const NEW_OBJECT = (NF_TABLES << 8) | 18
const GET_OBJECT = (NF_TABLES << 8) | 19
const COUNTER = 1
/** NLM_F_CREATE and NLM_F_APPEND. */
const CREATE = 0x400
const APPEND = 0x800
const HEAD_BYTES = 4

/** All named counters of a table. */
export function askCounters(table: string): Request {
  const type = Buffer.alloc(4)
  type.writeUInt32BE(COUNTER)
  return netfilter(GET_OBJECT, DUMP, attribute(1, word(table)), attribute(3, type))
}

/** Names of all tables of family inet. */
export function askTables(): Request {
  return netfilter(GET_TABLE, DUMP)
}

/** Fails where it is not there. */
export function deleteTable(table: string): Request {
  return change(DELETE_TABLE, 0, INET, attribute(1, word(table)))
}

/** Whether a table was taken away, by what was said to that and what tables there were after it. */
export function isDeleted(table: string, said: Readonly<Record<'table' | 'tables', Answers>>): boolean {
  return failureIn(said.table) === undefined && !tablesIn(said.tables).includes(table)
}

/** Appends a rule; `family` as the kernel numbers it. */
export function appendRule(family: number, table: string, chain: string, expressions: Buffer): Request {
  return change(NEW_RULE, CREATE | APPEND, family, attribute(1, word(table)), attribute(2, word(chain)), expressions)
}

/** A transaction of one change, which is acknowledged. */
function change(type: number, flags: number, family: number, ...attributes: readonly Buffer[]): Request {
  const body = Buffer.concat([head(family, 0), ...attributes])
  const bytes = Buffer.concat([
    encodeMessage(BATCH_BEGIN, REQUEST, 1, head(0, NF_TABLES)),
    encodeMessage(type, REQUEST | ACKNOWLEDGED | flags, 2, body),
    encodeMessage(BATCH_END, REQUEST, 3, head(0, NF_TABLES)),
  ])
  return { to: 'netfilter', bytes }
}

export function tablesIn(answers: Answers): readonly string[] {
  const tables = answers.filter(({ type }) => type === NEW_TABLE)
  return tables.flatMap(({ body }) => textOf(attributesIn(body.subarray(HEAD_BYTES)).get(1)) ?? [])
}

/** Counters of one table by name; those of others, which an older kernel tells as well, are left out. */
export function countersIn(answers: Answers, table: string): ReadonlyMap<string, Count> {
  const counters = new Map<string, Count>()
  for (const { type, body } of answers) {
    if (type !== NEW_OBJECT) continue
    const object = attributesIn(body.subarray(HEAD_BYTES))
    const [name, data] = [textOf(object.get(2)), object.get(4)]
    if (textOf(object.get(1)) !== table || name === undefined || data === undefined) continue
    const values = attributesIn(data)
    const [bytes, packets] = [values.get(1), values.get(2)]
    // No number is not zero.
    if (!bytes || !packets) continue
    counters.set(name, { bytes: Number(bytes.readBigUInt64BE()), packets: Number(packets.readBigUInt64BE()) })
  }
  return counters
}

function netfilter(type: number, flags: number, ...attributes: readonly Buffer[]): Request {
  const bytes = encodeMessage(type, REQUEST | flags, 1, Buffer.concat([head(INET, 0), ...attributes]))
  return { to: 'netfilter', bytes }
}

/** struct nfgenmsg. */
function head(family: number, resource: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES)
  bytes.writeUInt8(family, 0)
  bytes.writeUInt16BE(resource, 2)
  return bytes
}
