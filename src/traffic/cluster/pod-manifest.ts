import type { KubeObject } from '../../kube/kube-client.ts'
import { MANAGED_BY_LABEL, RUN_LABEL } from '../../model/cluster/fault-object.ts'

export interface PodSetting {
  readonly name: string
  readonly namespace: string
  readonly run: string
  readonly image: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The pod ends by itself after this, when nobody takes it away. */
  readonly deadlineSeconds: number
}

/** A pod that plays the users. Fits into a namespace of the restricted pod-security level, and has no right on the API. */
export function trafficPod({ name, namespace, run, image, args, env, deadlineSeconds }: PodSetting): KubeObject {
  const manifest = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { [RUN_LABEL]: run, [MANAGED_BY_LABEL]: 'seaworthy', 'app.kubernetes.io/name': 'seaworthy-traffic' },
    },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: deadlineSeconds,
      terminationGracePeriodSeconds: 2,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      // A short name costs one question less for each dot that it lacks; users of the preview call `http://web/`.
      containers: [
        {
          name: 'traffic',
          image,
          imagePullPolicy: 'IfNotPresent',
          args,
          env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  }
  return manifest
}
