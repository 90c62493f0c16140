import { readFile } from 'node:fs/promises'
import { type Clock, systemClock } from '../kit/clock.ts'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { CredentialSource } from './connection.ts'

/** Bound tokens are rotated on the disk well before they end; client-go reads them anew as often. */
const READ_AGAIN_MS = 60_000

/**
 * A token that somebody else renews in a file, as the kubelet does for service accounts. Throws SeaworthyError('PLATFORM')
 * where the file cannot be read or holds nothing.
 */
export function tokenFile(path: string, clock: Clock = systemClock): CredentialSource {
  let known: { readonly token: string; readonly readAt: number } | undefined
  const read = async () => {
    known = { token: await readToken(path), readAt: clock.monotonic() }
    return known.token
  }
  return {
    current: async () => ({
      token: known && clock.monotonic() - known.readAt < READ_AGAIN_MS ? known.token : await read(),
    }),
    renew: async () => {
      const before = known?.token
      return (await read()) !== before
    },
  }
}

async function readToken(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SeaworthyError('PLATFORM', `the token file ${path} cannot be read: ${messageOf(cause)}`, {
      target: path,
      remedy: 'Mount the service account token, or name a file that this user may read.',
    })
  })
  const token = text.trim()
  // What Node would refuse in a header it would also quote in its error.
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new SeaworthyError('PLATFORM', `the token file ${path} holds no token`, {
    target: path,
    remedy: 'It must hold one bearer token and nothing else.',
  })
}
