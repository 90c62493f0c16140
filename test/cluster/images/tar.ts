import { once } from 'node:events'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { finished } from 'node:stream/promises'

/** One member of an archive. `mode` has permission bits only; a folder's name ends without a slash. */
export type Member =
  | {
      readonly type: 'file'
      readonly name: string
      readonly mode: number
      readonly owner?: number
      readonly content: Content
    }
  | { readonly type: 'folder'; readonly name: string; readonly mode: number; readonly owner?: number }
  | { readonly type: 'link'; readonly name: string; readonly target: string }

type Content = { readonly file: string } | { readonly text: string }

const BLOCK = 512
const TYPE_FLAG = { file: '0', folder: '5', link: '2' } as const
const LONGEST_NAME = 100

/**
 * Writes a POSIX ustar archive. All times are the epoch and owners are as given, so the same members always make the same
 * bytes. Throws on a name of more than 100 bytes: none of ours is.
 */
export async function writeTar(path: string, members: readonly Member[]): Promise<void> {
  const out = createWriteStream(path)
  const write = async (bytes: Uint8Array) => {
    if (!out.write(bytes)) await once(out, 'drain')
  }
  for (const member of members) {
    const size = sizeOf(member)
    await write(header(member, size))
    if (member.type !== 'file') continue
    if ('text' in member.content) await write(Buffer.from(member.content.text))
    else for await (const chunk of createReadStream(member.content.file, { highWaterMark: 1 << 20 })) await write(chunk)
    await write(Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK))
  }
  await write(Buffer.alloc(2 * BLOCK))
  out.end()
  await finished(out)
}

function sizeOf(member: Member): number {
  if (member.type !== 'file') return 0
  return 'text' in member.content ? Buffer.byteLength(member.content.text) : statSync(member.content.file).size
}

/** The header of https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "ustar Interchange Format". */
function header(member: Member, size: number): Buffer {
  const name = member.type === 'folder' ? `${member.name}/` : member.name
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new Error(`${name} is too long for this archive`)
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, offset: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset)
  const owner = member.type === 'link' ? 0 : (member.owner ?? 0)
  block.write(name, 0)
  octal(member.type === 'link' ? 0o777 : member.mode, 100, 8)
  octal(owner, 108, 8)
  octal(owner, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  block.write(' '.repeat(8), 148)
  block.write(TYPE_FLAG[member.type], 156)
  if (member.type === 'link') block.write(member.target, 157)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
