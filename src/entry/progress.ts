import type { EventListener } from '../model/events.ts'
import { renderLive } from '../report/terminal/live.ts'
import { createLiveView } from '../report/terminal/live-state.ts'
import { plainLines } from '../report/terminal/plain.ts'

export interface Progress {
  readonly listener: EventListener
  /** Leaves the terminal as it was found. Idempotent. */
  readonly end: () => void
}

const FRAME_MS = 200
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_BELOW = '\x1b[J'

/** A live view on a terminal, plain lines elsewhere; both on stderr, since stdout belongs to the result. */
export function showProgress(groups: boolean): Progress {
  const live = process.stderr.isTTY && !groups && process.env.CI === undefined
  return live ? liveProgress() : plainProgress(groups)
}

/** The runner reads its `::group::` commands from standard output only. */
function plainProgress(groups: boolean): Progress {
  const view = createLiveView()
  const stream = groups ? process.stdout : process.stderr
  let state = view.initial
  return {
    listener: (event) => {
      state = view.reduce(state, event)
      for (const line of plainLines(event, state, { groups })) stream.write(`${line}\n`)
    },
    end: () => undefined,
  }
}

function liveProgress(): Progress {
  const view = createLiveView()
  let state = view.initial
  let drawn = 0
  let ended = false
  const draw = () => {
    const colour = !process.env.NO_COLOR
    const lines = renderLive(state, { columns: process.stderr.columns, nowMs: Date.now(), colour })
    const up = drawn === 0 ? '' : `\x1b[${drawn}A\r`
    // A frame that is higher than the screen cannot be drawn over again, so only its end is shown.
    const visible = lines.slice(-Math.max(1, process.stderr.rows - 1))
    process.stderr.write(`${up}${CLEAR_BELOW}${visible.join('\n')}\n`)
    drawn = visible.length
  }
  process.stderr.write(HIDE_CURSOR)
  const timer = setInterval(draw, FRAME_MS).unref()
  return {
    listener: (event) => {
      state = view.reduce(state, event)
    },
    end: () => {
      if (ended) return
      ended = true
      clearInterval(timer)
      draw()
      process.stderr.write(`${SHOW_CURSOR}\n`)
    },
  }
}
