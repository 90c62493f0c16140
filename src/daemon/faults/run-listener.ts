/** `now`: somebody waits for it; `soon`: with what else comes. */
export type Urgency = 'now' | 'soon'

export interface RunListener {
  readonly changed: (urgency: Urgency) => void
  /** For an Event: `Injected`, `Recovered`, `Refused`, `Failed`, `Gone`. */
  readonly told: (reason: string, message: string) => void
}
