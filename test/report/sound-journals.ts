import type { Journal } from '../../src/model/journal.ts'
import * as samples from './sample-journals.ts'

/** The samples with the evidence of every fault, which those that only show a report do not need. */
export const sound = (journal: Journal): Journal => ({
  ...journal,
  experiments: journal.experiments.map((one) => ({
    ...one,
    evidence: [
      ...one.evidence,
      ...one.faults.flatMap(({ id }) => (one.evidence[0] ? [{ ...one.evidence[0], fault: id }] : [])),
    ],
  })),
})

export const passJournal = () => sound(samples.passJournal())
export const failJournal = () => sound(samples.failJournal())
export const lowTrafficJournal = () => sound(samples.inconclusiveJournal())
export const hostileJournal = () => sound(samples.hostileJournal())
