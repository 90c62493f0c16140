import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { installedObjects } from '../../src/install/objects/all.ts'
import { defaultInstallation } from '../../src/install/objects/manifest.ts'

const kubernetesObject = z.looseObject({
  apiVersion: z.string().regex(/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/),
  kind: z.string().regex(/^[A-Z][A-Za-z]+$/),
  metadata: z.looseObject({ name: z.string() }),
})

/** A CustomResourceDefinition, as far as it says how its objects look. */
const definitionSchema = z.looseObject({
  kind: z.literal('CustomResourceDefinition'),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ kind: z.string() }),
    versions: z.array(
      z.looseObject({
        name: z.string(),
        schema: z.looseObject({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
      }),
    ),
  }),
})

/** What is wrong with a Kubernetes object in a page: ours by the definitions that are installed, others by what all have. */
export function mistakesInObject(value: object): readonly string[] {
  const { error, data } = kubernetesObject.safeParse(value)
  if (error) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const schema = ours().get(`${data.apiVersion} ${data.kind}`)
  if (!schema) return data.apiVersion.startsWith('seaworthy.dev/') ? [`there is no ${data.kind} of ours`] : []
  const validate = new Ajv2020({ strict: false, allErrors: true, formats: { int64: true, int32: true } }).compile(
    closed(schema),
  )
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

function ours(): ReadonlyMap<string, object> {
  return new Map(
    installedObjects(defaultInstallation('1.0.0')).flatMap((object) => {
      const { data } = definitionSchema.safeParse(object)
      if (!data) return []
      const { group, names, versions } = data.spec
      return versions.map(
        (version) => [`${group}/${version.name} ${names.kind}`, version.schema.openAPIV3Schema] as const,
      )
    }),
  )
}

/** A cluster drops fields that it does not know; in a page they are a mistake. */
function closed(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema as never
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)])
  const open = !('properties' in schema) || 'x-kubernetes-preserve-unknown-fields' in schema
  return { ...Object.fromEntries(entries), ...(open ? {} : { additionalProperties: false }) }
}
