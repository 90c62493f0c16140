/** Calls `then` once for each time that nothing has disturbed for `ms`. Keeps no process alive. */
export function watchQuiet(ms: number, then: () => void): { readonly disturb: () => void } {
  let timer: NodeJS.Timeout | undefined
  return {
    disturb: () => {
      if (timer) timer.refresh()
      else timer = setTimeout(then, ms).unref()
    },
  }
}
