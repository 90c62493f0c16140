import * as z from 'zod'
import { defineClusterFault } from './define-fault.ts'
import { WORKLOAD_BY_API } from './parts/cluster-kinds.ts'
import { heldEffect } from './parts/held-effect.ts'
import { apiVersionKey, contentKey, isSmall, kindKey, objectNameKey, TOO_LARGE } from './parts/manifests.ts'

const MOST_OPERATIONS = 64
const pointer = () =>
  z
    .string()
    .max(1_024)
    .regex(/^\/.*$/, { error: 'A JSON pointer begins with /, such as /spec/replicas.' })

const parameters = z.lazy(() =>
  z
    .strictObject({
      object: z
        .strictObject({
          apiVersion: apiVersionKey().describe('Group and version, such as networking.k8s.io/v1.'),
          kind: kindKey().describe('Kind, such as Ingress.'),
          name: objectNameKey().describe('Name.'),
        })
        .optional()
        .describe('The object that is changed, in the namespace of the fault. Default: the target.'),
      merge: contentKey().optional().describe('Fields and their values, as a JSON merge patch (RFC 7396).'),
      json: z
        .array(
          z.strictObject({
            op: z.enum(['add', 'remove', 'replace', 'test']).describe('What is done.'),
            path: pointer().describe('Where, as a JSON pointer: /spec/replicas.'),
            value: z.unknown().optional().describe('The value, where the operation has one.'),
          }),
        )
        .min(1)
        .max(MOST_OPERATIONS)
        .refine(isSmall, { error: TOO_LARGE })
        .optional()
        .describe('Operations, as a JSON patch (RFC 6902): add, remove, replace and test.'),
    })
    .refine(({ merge, json }) => (merge === undefined) !== (json === undefined), {
      error: 'Say exactly one of merge and json.',
    }),
)

/** Changes fields of any object for as long as the fault lasts. */
export const patch = defineClusterFault<z.infer<typeof parameters>>({
  type: 'patch',
  group: 'open',
  summary: 'Changes fields of any object for as long as the fault lasts, for example the rate limit of an Ingress.',
  notes: {
    mechanism: 'The controller keeps the values that the fields have, and patches the object.',
    proof:
      'The fields have the written values on a fresh read, and did not before. What that does to users is for the objectives to say.',
    ends: 'The controller puts the former values back, field by field, where they still are the ones that it wrote.',
    example:
      '{type: patch, target: {workload: Deployment/api}, object: {apiVersion: v1, kind: ConfigMap, name: api}, merge: {data: {TIMEOUT: "1"}}}',
  },
  parameters,
  searchable: {},
  defaultMode: 'all',
  cluster: {
    ...WORKLOAD_BY_API,
    targets: 'object',
    open: true,
    recipe: ({ object, merge, json }) => ({
      actor: 'controller',
      mechanism: json === undefined ? 'merge patch' : 'JSON patch',
      actions: [{ do: 'patch', object, patch: json ?? merge, patchType: json === undefined ? 'merge' : 'json' }],
    }),
    effect: (_, targets) => heldEffect(targets, { stopped: 'as written', running: 'not as written' }),
  },
  describe: ({ object, merge, json }) =>
    `${object === undefined ? 'the target' : `${object.kind}/${object.name}`}: ${json === undefined ? Object.keys(merge ?? {}).join(', ') : json.map(({ path }) => path).join(', ')}`,
})
