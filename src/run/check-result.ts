/** What a check or a command found: data, not an exception. */
export interface CheckResult {
  readonly what: string
  readonly ok: boolean
  readonly detail: string
}
