import { coordinate } from './scale.ts'

export type Point = readonly [x: number, y: number]

/** The `d` of a line through points. A point alone becomes a dot where the line's ends are round. */
export function linePath(points: readonly Point[]): string {
  const drawn = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`).join('')
  return points.length === 1 ? `${drawn}h0` : drawn
}

/** The `d` of a closed area. */
export function areaPath(points: readonly Point[]): string {
  return points.length === 0 ? '' : `${linePath(points)}Z`
}
