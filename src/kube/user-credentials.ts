import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { SeaworthyError } from '../kit/errors.ts'
import { type CredentialSource, type Credentials, fixedCredentials } from './connection.ts'
import type { ConnectionRequest } from './connection-request.ts'
import { execCredentials } from './exec-credentials.ts'
import type { Found, UserEntry } from './kubeconfig.ts'
import { material } from './material.ts'
import { tokenFile } from './token-file.ts'

export interface CredentialFacts {
  readonly server: URL
  readonly ca: string | undefined
  readonly request: ConnectionRequest
}

/** Who a kubeconfig's user is: as in kubectl, a token file before a token, either before a plugin. Throws SeaworthyError('PLATFORM'). */
export async function userCredentials(user: Found<UserEntry>, facts: CredentialFacts): Promise<CredentialSource> {
  refuseOldWays(user)
  const fixed = await fixedPart(user)
  const changing = changingPart(user, fixed, facts)
  if ((changing || fixed.token !== undefined) && isReadable(facts.server))
    throw new SeaworthyError('PLATFORM', `${user.file}: a token would be sent without TLS`, {
      target: user.file,
      remedy: 'Write https:// in front of the server; http:// is for this machine only, as `kubectl proxy` offers it.',
    })
  if (!changing) return fixedCredentials(fixed)
  return { current: async () => ({ ...fixed, ...(await changing.current()) }), renew: changing.renew }
}

function changingPart(
  user: Found<UserEntry>,
  fixed: Credentials,
  facts: CredentialFacts,
): CredentialSource | undefined {
  const { tokenFile: path, exec } = user.value
  if (path) return tokenFile(resolve(user.folder, path))
  if (!exec || fixed.token !== undefined || fixed.cert !== undefined) return undefined
  return execCredentials({ ...facts, file: user.file, folder: user.folder, entry: exec })
}

async function fixedPart(user: Found<UserEntry>): Promise<Credentials> {
  const { file, value } = user
  const [cert, key] = await Promise.all([material(user, 'client-certificate'), material(user, 'client-key')])
  const token = value.token?.trim() || undefined
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new SeaworthyError('PLATFORM', `${file}: the token has characters that no token has`, {
      target: file,
      remedy: 'Write the token on one line.',
    })
  checkPair(file, cert, key)
  return { token, cert, key }
}

function checkPair(file: string, cert: string | undefined, key: string | undefined): void {
  if (cert === undefined && key === undefined) return
  try {
    if (cert === undefined || key === undefined) throw new Error('one of two')
    // No authorities: loading the system's own ones would cost 10 MB.
    createSecureContext({ cert, key, ca: [] })
  } catch {
    // OpenSSL's own words may quote what it read.
    throw new SeaworthyError('PLATFORM', `${file}: client-certificate and client-key do not belong together`, {
      target: file,
      remedy: 'Give both, in PEM form; the -data members hold them as base64.',
    })
  }
}

function refuseOldWays({ file, value }: Found<UserEntry>): void {
  const way =
    value['auth-provider'] !== undefined && value['auth-provider'] !== null
      ? 'auth-provider'
      : value.username || value.password
        ? 'user name and password'
        : undefined
  if (way === undefined) return
  throw new SeaworthyError('PLATFORM', `${file}: ${way} is not supported`, {
    target: file,
    remedy: 'Use a token, a client certificate or an exec plugin; Kubernetes itself has removed this way.',
  })
}

function isReadable({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !(hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname))
}
