/** How to reach one API server, and as whom. Made by `loadConnection`; holds secrets, so it is never logged or serialised. */
export interface KubeConnection {
  /** `https://10.0.0.1:6443`, maybe with a path; without a slash at its end. */
  readonly server: string
  /** Where this came from, for people: `context kind-ci of /root/.kube/config`. */
  readonly source: string
  /** Of the context or the service account; `default` where neither says. */
  readonly namespace: string
  readonly tls: {
    /** PEM; undefined: the system's own authorities. */
    readonly ca: string | undefined
    readonly serverName: string | undefined
    /** The server's certificate is not looked at; only where the user asked for it twice. */
    readonly insecure: boolean
  }
  readonly credentials: CredentialSource
  /** `Impersonate-User` and the like. */
  readonly headers: Readonly<Record<string, string>>
  /** An http or https proxy to send CONNECT to; undefined: none. */
  readonly proxy: string | undefined
}

export interface Credentials {
  readonly token?: string | undefined
  /** Client certificate and key, PEM. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

export interface CredentialSource {
  readonly current: () => Promise<Credentials>
  /** Reads them anew after a 401. False: they are the same as before, and asking again is in vain. */
  readonly renew: () => Promise<boolean>
}

/** Credentials that never change. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { current: async () => credentials, renew: async () => false }
}
