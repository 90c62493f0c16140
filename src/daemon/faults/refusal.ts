import { withoutUnseen } from '../../kit/shown.ts'

/** Why a target is not hurt. */
export interface Refusal {
  /** One word for programs: `NotAllowed`. */
  readonly reason: string
  readonly message: string
  /** What can be done about it, as an imperative sentence; undefined where the message says it. */
  readonly remedy: string | undefined
}

const LONGEST = 1_000

/** As a record's message: what, and what to do. At most as long as a record may hold. */
export function spokenRefusal({ message, remedy }: Refusal): string {
  return clipped(remedy === undefined ? message : `${message}. ${remedy}`)
}

/** What others said may be of any length, and hold anything; a record is one line. */
export function clipped(text: string, longest = LONGEST): string {
  const plain = withoutUnseen(text)
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain
}
