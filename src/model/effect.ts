/** Whether what was seen is the effect that was asked for, in one sentence with numbers. */
export interface Effect {
  readonly injected: readonly { readonly target: string; readonly ok: boolean; readonly detail: string }[]
  readonly effective: boolean
  readonly seen: string
}
