/** How a medium writes the spaces inside numbers. The decimal mark is always `.`; there is no locale. */
export interface Typography {
  /** Between a number and its unit. */
  readonly space: string
  /** Between groups of three digits. */
  readonly thousands: string
  /** Smallest whole number that is grouped. */
  readonly groupFrom: number
}

/** Markdown and HTML: a value never wraps. */
export const RICH: Typography = { space: '\u00a0', thousands: '\u202f', groupFrom: 1_000 }

/** Plain text: XML, annotations, columns of a table on a terminal. */
export const PLAIN: Typography = { space: ' ', thousands: ' ', groupFrom: 1_000 }

/** Sentences on a terminal, where a space inside four digits reads as two numbers. */
export const TERMINAL: Typography = { space: ' ', thousands: ' ', groupFrom: 10_000 }
