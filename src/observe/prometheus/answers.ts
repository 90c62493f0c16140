import * as z from 'zod'

/** Answers of the Prometheus HTTP API v1 (prometheus.io/docs/prometheus/latest/querying/api), as far as they are read here. */
const sampleSchema = z.tuple([z.number(), z.string()])
const labelsSchema = z.record(z.string(), z.string())
export type Labels = Readonly<Record<string, string>>

const vectorSchema = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labelsSchema, value: sampleSchema })),
})
export const matrixSchema = z.object({
  resultType: z.literal('matrix'),
  /** Series of native histograms have no `values`. */
  result: z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema).optional() })),
})
export const scalarSchema = z.object({ resultType: z.literal('scalar'), result: sampleSchema })
export const numberSchema = z.union([vectorSchema, scalarSchema])
export const buildSchema = z.object({ version: z.string() })

export const envelopeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown(), warnings: z.array(z.string()).optional() }),
  z.object({ status: z.literal('error'), errorType: z.string().optional(), error: z.string().optional() }),
])

/** The API writes numbers as strings. Undefined for what is none. */
export function numberOf(text: string): number | undefined {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  return /^[-+]?(\d|\.\d)/.test(text) && !Number.isNaN(Number(text)) ? Number(text) : undefined
}
