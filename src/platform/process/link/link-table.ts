import { canonicalJson } from '../../../kit/canonical-json.ts'
import { SeaworthyError } from '../../../kit/errors.ts'
import { LinkServer } from './link-server.ts'
import type { LinkTable, RuleCounters } from './link-types.ts'
import { probeLink } from './probe.ts'
import { checkRule } from './rule-check.ts'
import { RuleState } from './rule-state.ts'
import { ServiceTotals } from './service-tally.ts'

export interface LinkTableOptions {
  /** Address to listen on where `open` names none; default 127.0.0.1. */
  readonly host?: string | undefined
}

/** The links of a run: load balancer, fault mechanism and witness in one. Nothing listens before the first `open`. */
export function createLinkTable(tableOptions: LinkTableOptions = {}): LinkTable {
  const links = new Map<string, LinkServer>()
  const rules = new Map<string, RuleState>()
  const pastRules = new Map<string, RuleState>()
  const totals = new Map<string, ServiceTotals>()

  function rulesChanged(): void {
    for (const link of links.values()) link.rulesChanged()
  }

  const removeRule: LinkTable['removeRule'] = (id) => {
    const state = rules.get(id)
    if (state === undefined) return
    state.active = false
    rules.delete(id)
    pastRules.set(id, state)
    rulesChanged()
  }

  const setRule: LinkTable['setRule'] = (id, match, rule) => {
    checkRule(id, rule)
    const present = rules.get(id)
    if (present && canonicalJson([present.match, present.rule]) === canonicalJson([match, rule])) return
    removeRule(id)
    pastRules.delete(id)
    rules.set(id, new RuleState(id, match, rule))
    rulesChanged()
  }

  const open: LinkTable['open'] = async (facts, backends, options = {}) => {
    if (links.has(facts.id))
      throw new SeaworthyError('INTERNAL', `the link ${facts.id} is open already`, { target: facts.id })
    const { workload } = facts.to
    const serviceTotals = totals.get(workload) ?? new ServiceTotals()
    totals.set(workload, serviceTotals)
    const link = await LinkServer.open({
      host: options.host ?? tableOptions.host,
      listenPort: options.listenPort,
      facts,
      backends,
      totals: serviceTotals,
      rules: () => [...rules.values()],
      onClosed: () => links.delete(facts.id),
    })
    links.set(facts.id, link)
    return link
  }

  const ruleCounters = (id: string): RuleCounters => {
    const state = rules.get(id) ?? pastRules.get(id)
    return state ? countersOf(state, [...links.values()]) : NO_COUNTERS
  }

  return {
    open,
    links: () => [...links.values()],
    setRule,
    removeRule,
    rules: () => [...rules.values()].map(({ id, match, rule }) => ({ id, match, rule })),
    ruleCounters,
    crossings: (match) => [...links.values()].reduce((sum, link) => sum + link.crossings(match), 0),
    serviceCounts: () => [...totals].map(([service, total]) => total.counted(service)),
    probe: (linkId, request) => {
      const link = links.get(linkId)
      if (link) return probeLink(link, request)
      return Promise.reject(new SeaworthyError('INTERNAL', `there is no link ${linkId}`, { target: linkId }))
    },
    close: async () => {
      await Promise.all([...links.values()].map((link) => link.close()))
    },
  }
}

const NO_COUNTERS: RuleCounters = {
  active: false,
  connections: 0,
  connectionsHit: 0,
  requestsMatched: 0,
  requestsHit: 0,
  bytesHit: 0,
  medianHeldMs: undefined,
}

function countersOf(state: RuleState, links: readonly LinkServer[]): RuleCounters {
  const { held, ...counts } = state.tally
  return {
    active: state.active,
    ...counts,
    medianHeldMs: held.median(links.flatMap((link) => link.heldBy(state))),
  }
}
