import type { Problem } from '../../model/measurement.ts'
import { numberOf, numberSchema } from './answers.ts'
import { fillPlaceholders, type Placeholders } from './placeholders.ts'
import { createPrometheusApi, type PrometheusSetting } from './prometheus-api.ts'
import { warningProblem } from './read-counters.ts'
import { quote, Unmeasurable } from './unmeasurable.ts'

export interface ScalarAnswer {
  /** Undefined where Prometheus gave no number, or more than one. */
  readonly value: number | undefined
  readonly problems: readonly Problem[]
}

/** One number, now, for `check` steps. Never throws for what Prometheus does. */
export async function queryScalar(
  setting: PrometheusSetting & { readonly placeholders: Placeholders },
  query: string,
): Promise<ScalarAnswer> {
  try {
    const { data, warnings } = await createPrometheusApi(setting).ask(
      'query',
      { query: fillPlaceholders(query, setting.placeholders) },
      numberSchema,
    )
    const problems = warnings.map(warningProblem)
    if (data.resultType === 'vector' && data.result.length > 1) {
      throw new Unmeasurable(
        'NO_DATA',
        `${quote(query)} gives ${data.result.length} values where one is needed; put max(…) or sum(…) around it`,
      )
    }
    const text = data.resultType === 'scalar' ? data.result[1] : data.result[0]?.value[1]
    const value = text === undefined ? undefined : numberOf(text)
    if (value !== undefined && Number.isFinite(value)) return { value, problems }
    throw new Unmeasurable('NO_DATA', `${quote(query)} gives ${text === undefined ? 'nothing' : quote(text)}`)
  } catch (error) {
    if (error instanceof Unmeasurable) return { value: undefined, problems: [error.problem] }
    throw error
  }
}
