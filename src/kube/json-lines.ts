import { StringDecoder } from 'node:string_decoder'

/** Twice what etcd can hold of one object, with room for how JSON writes it. */
const LONGEST_LINE = 8 * 1024 * 1024

/** A line that was too long, or was not JSON: the stream cannot be trusted from there on. */
export class BrokenLine extends Error {}

/**
 * The values of a stream of JSON lines, as they come, whichever way the bytes were cut. A last line without its end is
 * left out: the stream was cut there. Throws BrokenLine.
 */
export async function* jsonLines(chunks: AsyncIterable<Buffer>, longest = LONGEST_LINE): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8')
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const lines = decoder.write(chunk).split('\n')
    for (const [place, text] of lines.entries()) {
      if (place > 0) {
        yield* parsed(parts.join(''))
        parts = []
        length = 0
      }
      parts.push(text)
      length += text.length
      if (length > longest) throw new BrokenLine(`a line of more than ${longest} characters`)
    }
  }
}

function parsed(line: string): readonly unknown[] {
  if (line.trim() === '') return []
  try {
    return [JSON.parse(line) as unknown]
  } catch {
    throw new BrokenLine('a line that is not JSON')
  }
}
