import { SeaworthyError } from '../kit/errors.ts'

/** The server's refusal, or that there was none. `status` is the HTTP status; 0 when no answer came. */
export class KubeError extends SeaworthyError {
  readonly status: number
  /** The server's own reason: `Forbidden`, `NotFound`, `AlreadyExists`, `Invalid`, `Expired`. Empty when it gave none. */
  readonly reason: string

  constructor(status: number, reason: string, message: string, remedy?: string, cause?: unknown) {
    super('PLATFORM', message, { remedy, cause })
    this.name = 'KubeError'
    this.status = status
    this.reason = reason
  }
}
