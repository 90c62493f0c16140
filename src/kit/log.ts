/** Where words for people go. The core emits events (model/events.ts); this is for what has no event of its own. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  error(message: string): void
}

export const nullLogger: Logger = { debug: () => {}, info: () => {}, warning: () => {}, error: () => {} }
