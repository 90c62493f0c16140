import type { Journal } from '../../model/journal.ts'
import { MOST_POLICY_CHANGES, noPolicySentence, POLICY_EFFECTS, policyTitle } from '../words/policy.ts'
import { type Html, html } from './html.ts'
import { name, sentence } from './inline.ts'

/** The section about what a change does to its own gate; undefined where there was no base, or nothing to tell. */
export function policySection({
  policy,
  change,
}: Journal): { readonly title: string; readonly body: Html } | undefined {
  if (policy === null) return undefined
  const alone = noPolicySentence(policy)
  const title = policyTitle(policy, change !== null && change.pullRequest !== null)
  if (title === undefined)
    return alone === undefined ? undefined : { title: 'Policy', body: html`<p>${sentence(alone)}</p>` }
  const left = policy.changes.length - MOST_POLICY_CHANGES
  return {
    title,
    body: html`<p>The base is ${sentence(policy.base)}.</p><div class="scroll" role="region" aria-label="What the change would loosen" tabindex="0"><table class="plain evi"><caption class="sr">What the base says, what the change says, and what follows</caption><thead><tr><th scope="col">what</th><th scope="col">base</th><th scope="col">this change</th><th scope="col">so</th></tr></thead><tbody>${policy.changes
      .slice(0, MOST_POLICY_CHANGES)
      .map(
        ({ what, from, to, effect }) =>
          html`<tr><th scope="row">${name(what, 120)}</th><td data-l="base"><span>${sentence(from)}</span></td><td data-l="this change"><span>${sentence(to)}</span></td><td data-l="so"><span>${POLICY_EFFECTS[effect]}</span></td></tr>`,
      )}</tbody></table></div>${left > 0 && html`<p>And ${left} more, in the journal.</p>`}`,
  }
}
