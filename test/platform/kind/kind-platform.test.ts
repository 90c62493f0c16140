import { expect, it } from 'vitest'
import { createKindPlatform } from '../../../src/platform/kubernetes/kind/kind-platform.ts'
import { labRun } from '../../cluster/kind/lab.ts'

it('can be wrapped before there is a cluster, and says that there is none when it is asked for its pods', () => {
  const lab = labRun('t-wrapped')
  const search = { named: undefined, environment: {}, cacheFolder: '' }
  const wrapped = { ...createKindPlatform(lab.context, { ...search, image: undefined, config: undefined }) }
  expect(() => wrapped.targets.pod('web-1')).toThrow('the cluster is not up')
  expect(() => wrapped.slots()).toThrow('the cluster is not up')
  expect(wrapped.detail()).toBe('kind')
  lab.remove()
})
