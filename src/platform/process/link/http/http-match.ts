import type { HttpMatch } from '../../../../model/recipe.ts'
import type { RequestLine } from './head.ts'

/** Whether a request is meant. The query is ignored and percent-encoding stays as sent; methods match in any case. */
export function httpMatches(match: HttpMatch, request: RequestLine): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== request.method.toUpperCase()) return false
  return match.path === undefined || wildcardMatches(match.path, pathOf(request.target))
}

/** The path of a request target (RFC 9112 §3.2): without query, and without scheme and authority in the absolute form. */
function pathOf(target: string): string {
  const withoutQuery = target.split('?', 1)[0] ?? ''
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*/.exec(withoutQuery)
  if (!absolute) return withoutQuery
  return withoutQuery.slice(absolute[0].length) || '/'
}

/** `*` stands for any run of characters. Linear in practice and without regular expressions: paths and patterns are other people's. */
export function wildcardMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces[0] ?? ''
  if (pieces.length === 1) return pattern === text
  const last = pieces.at(-1) ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  const end = text.length - last.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found === -1 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}
