import { expect, test } from 'vitest'
import { clusterEffectOf, status } from './cases.ts'

test('what is said names each target, the first few in full', () => {
  const targets = Array.from({ length: 6 }, (_, at) =>
    status('object', undefined, { identity: '' }, { name: `web-${at}`, uid: `uid-${at}` }),
  )
  const refused = status('object', undefined, undefined, {
    name: 'web-9',
    phase: 'Refused',
    message: 'the namespace is protected',
  })
  const { seen, effective } = clusterEffectOf('pod-kill', {}, targets)
  expect(effective).toBe(true)
  expect(seen).toMatch(/^web-0: UID uid-0 became gone.*; and 2 more$/)
  const effect = clusterEffectOf('pod-kill', {}, [refused])
  expect(effect.seen).toBe('web-9: refused: the namespace is protected')
  expect(effect.injected).toEqual([{ target: 'web-9', ok: false, detail: 'refused: the namespace is protected' }])
})
