import { BASE_CSS } from './css/base.ts'
import { CHART_CSS } from './css/charts.ts'
import { PHONE_CSS } from './css/phone.ts'
import { PRINT_CSS } from './css/print.ts'
import { TABLE_CSS } from './css/tables.ts'
import { Html } from './html.ts'

/** The page's only style: constant text, so it is not escaped. */
export function stylesheet(): Html {
  return styleOf('')
}

/** The same with rules of another page after it; they must be constant text as well. */
export function styleOf(more: string): Html {
  const rules = [BASE_CSS, TABLE_CSS, CHART_CSS, PHONE_CSS, PRINT_CSS, more].join('')
  return new Html(`<style>${rules.replace(/\n\s*/g, '')}</style>`)
}
