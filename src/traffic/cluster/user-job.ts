import { readFileSync, statSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import * as z from 'zod'
import { messageOf, SeaworthyError } from '../../kit/errors.ts'
import { type JobFacts, type JobManifest, labelsOf, ONE_TRY } from './job-manifest.ts'

const MOST_BYTES = 1024 * 1024

const stringsSchema = z.record(z.string(), z.string())

/** Only what a run depends on is looked at; the server checks the rest. */
const jobSchema = z.looseObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.looseObject({ labels: stringsSchema.optional(), annotations: stringsSchema.optional() }).optional(),
  spec: z.looseObject({
    parallelism: z.literal(1).optional(),
    completions: z.literal(1).optional(),
    suspend: z.literal(false).optional(),
    activeDeadlineSeconds: z.int().positive().optional(),
    template: z.looseObject({
      metadata: z.looseObject({ labels: stringsSchema.optional() }).optional(),
      spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })).min(1) }),
    }),
  }),
})

/**
 * A user's own Job as this run starts it: under the run's name and labels, in the preview's namespace, with one pod and no
 * second try, and no longer than a run can last. Everything else stays as it is written.
 * Throws SeaworthyError('TRAFFIC') with what is wrong in the file.
 */
export function readUserJob(path: string, { name, namespace, run }: Omit<JobFacts, 'env'>): JobManifest {
  const { metadata, spec } = parseJob(path)
  const labels = labelsOf(run)
  const { template } = spec
  const deadline = Math.min(spec.activeDeadlineSeconds ?? ONE_TRY.activeDeadlineSeconds, ONE_TRY.activeDeadlineSeconds)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels: { ...metadata?.labels, ...labels },
      ...(metadata?.annotations && { annotations: metadata.annotations }),
    },
    spec: {
      ...spec,
      ...ONE_TRY,
      activeDeadlineSeconds: deadline,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
        spec: { ...template.spec, restartPolicy: 'Never' },
      },
    },
  }
}

function parseJob(path: string): z.infer<typeof jobSchema> {
  const documents = parseAllDocuments(readText(path))
  const [document, second] = 'empty' in documents ? [] : documents
  const [error] = document?.errors ?? []
  if (!document || second || error) throw refused(path, error ? messageOf(error) : 'it must hold exactly one object')
  const parsed = jobSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refused(path, `${issue?.path.join('.') || 'the object'}: ${issue?.message ?? 'not a Job'}`)
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('it has more than 1 MiB')
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw refused(path, messageOf(cause))
  }
}

function refused(path: string, why: string): SeaworthyError {
  return new SeaworthyError('TRAFFIC', `the manifest of the traffic's Job cannot be used: ${why}`, {
    target: path,
    remedy:
      'Give one object of apiVersion batch/v1 and kind Job, with one pod (parallelism and completions 1), not suspended.',
  })
}
