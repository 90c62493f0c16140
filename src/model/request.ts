/** What somebody asked for, after the raw strings of flags, action inputs or params were checked. */
export interface RunRequest {
  readonly suite: string
  readonly mode: 'enforce' | 'report' | 'plan'
  readonly onInconclusive: 'fail' | 'pass'
  readonly reportDir: string
  readonly prometheusUrl: string | undefined
  readonly only: readonly string[]
  readonly seed: number
  /** Refuse any other plan than the one with this digest. */
  readonly plan: string | undefined
  readonly comment: 'always' | 'on-failure' | 'never'
  readonly checkName: string
}
