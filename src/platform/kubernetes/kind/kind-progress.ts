import type { Emit } from '../../../model/events.ts'

const STEP = /^ ([•✓✗]) (.+?)(?:\s+\.\.\.)?$/u
/** Pictures, and the invisible signs that go with them. */
const PICTURES = /\p{Extended_Pictographic}|\u{FE0F}|\u{200D}/gu

export interface KindStep {
  readonly state: 'started' | 'done' | 'failed'
  /** `Preparing nodes` */
  readonly step: string
}

/** A line that `kind create cluster` writes without a terminal; undefined for any other. Pure. */
export function readKindStep(line: string): KindStep | undefined {
  const [, mark, words] = STEP.exec(line) ?? []
  if (mark === undefined || words === undefined) return undefined
  const step = words.replaceAll(PICTURES, '').replaceAll(/\s+/g, ' ').trim()
  return { state: mark === '•' ? 'started' : mark === '✓' ? 'done' : 'failed', step }
}

/** Tells kind's steps as phases, and each at its start. `end` closes the one that is open when kind itself no longer will. */
export function tellProgress(emit: Emit, now: () => number, onStep: (step: string) => void) {
  let open: { readonly phase: string; readonly since: number } | undefined
  const end = () => {
    if (open) emit({ event: 'phase.ended', phase: open.phase, ms: now() - open.since })
    open = undefined
  }
  const line = (text: string) => {
    const found = readKindStep(text)
    if (!found) return
    end()
    if (found.state !== 'started') return
    onStep(found.step)
    open = { phase: `kind: ${found.step}`, since: now() }
    emit({ event: 'phase.started', phase: open.phase })
  }
  return { line, end }
}
