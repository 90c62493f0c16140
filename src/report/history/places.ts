/** Anchors of a page, by place: nothing from a journal becomes one. */
export interface Places {
  readonly suite: (suite: number) => string
  readonly experiment: (suite: number, experiment: number) => string
}

export const PLACES: Places = {
  suite: (suite) => `s${suite + 1}`,
  experiment: (suite, experiment) => `s${suite + 1}e${experiment + 1}`,
}
