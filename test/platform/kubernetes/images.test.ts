import { expect, it } from 'vitest'
import { imagesOf } from '../../../src/platform/kubernetes/images.ts'
import type { PreviewWorkload } from '../../../src/platform/kubernetes/preview.ts'
import type { ContainerStatus } from '../../../src/platform/kubernetes/shapes.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const workload = (...containerStatuses: ContainerStatus[]): PreviewWorkload => ({
  name: 'Deployment/web',
  kind: 'Deployment',
  uid: 'u',
  labels: {},
  desired: 1,
  pods: [{ metadata: { name: 'web-1' }, spec: { containers: [] }, status: { containerStatuses } }],
})

it.each<[string, ContainerStatus, object[]]>([
  [
    'pulled from a registry',
    { name: 'web', image: 'ghcr.io/acme/shop:ci', imageID: `ghcr.io/acme/shop@${digest('a')}` },
    [{ name: 'ghcr.io/acme/shop', digest: digest('a') }],
  ],
  [
    'of an older runtime',
    { name: 'web', image: 'shop:ci', imageID: `docker-pullable://reg:5000/shop@${digest('b')}` },
    [{ name: 'reg:5000/shop', digest: digest('b') }],
  ],
  [
    'loaded into the node',
    { name: 'web', image: 'localhost:5000/shop:ci', imageID: digest('c') },
    [{ name: 'localhost:5000/shop', digest: digest('c') }],
  ],
  ['not there yet', { name: 'web', image: 'shop:ci', imageID: '' }, []],
  ['without a digest', { name: 'web', image: 'shop:ci', imageID: 'shop:ci' }, []],
])('an image %s', (_, status, images) => {
  expect(imagesOf([workload(status)])).toEqual(images)
})

it('each is named once, in the order of names', () => {
  const one = { name: 'b', image: 'b', imageID: `b@${digest('1')}` }
  const other = { name: 'a', image: 'a', imageID: `a@${digest('2')}` }
  expect(imagesOf([workload(one, other), workload(one)]).map(({ name }) => name)).toEqual(['a', 'b'])
})
