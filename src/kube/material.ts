import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf, SeaworthyError } from '../kit/errors.ts'
import type { Found } from './kubeconfig.ts'

/** PEM from `<key>-data` (base64), or else from the file that `<key>` names; undefined where neither is there. */
export async function material(
  { file, folder, value }: Found<Readonly<Record<string, unknown>>>,
  key: 'certificate-authority' | 'client-certificate' | 'client-key',
): Promise<string | undefined> {
  const inline = value[`${key}-data`]
  if (typeof inline === 'string' && inline !== '') return Buffer.from(inline, 'base64').toString('utf8')
  const path = value[key]
  if (typeof path !== 'string' || path === '') return undefined
  return readFile(resolve(folder, path), 'utf8').catch((cause: unknown) => {
    throw new SeaworthyError('PLATFORM', `${file}: ${key} cannot be read: ${messageOf(cause)}`, {
      target: file,
      remedy: `Put the file where ${key} says, or write ${key}-data.`,
    })
  })
}
