/** A review or a comment of the pull request that names a plan. */
export interface ApprovalWord {
  /** As GitHub's GraphQL knows it. */
  readonly id: string
  readonly via: 'review' | 'comment'
  readonly by: string
  readonly isBot: boolean
  /** `OWNER`, `MEMBER`, `COLLABORATOR`, or somebody from outside. */
  readonly association: string
  readonly text: string
  readonly atMs: number
  readonly url: string | null
  /** Of a comment, as far as its two times say; reviews have but one. */
  readonly looksEdited: boolean
  /** Of a review: `APPROVED`, `COMMENTED`, `CHANGES_REQUESTED`, `DISMISSED`; and the commit that it was about. */
  readonly state: string | null
  readonly commit: string | null
}

/** What the host of a pull request knows about who said what. Every question may reject: then nobody has approved. */
export interface ApprovalDesk {
  readonly pullRequest: number
  readonly author: string
  readonly words: readonly ApprovalWord[]
  readonly wasEdited: (word: ApprovalWord) => Promise<boolean>
  /** May push to the repository now. */
  readonly mayWrite: (login: string) => Promise<boolean>
  /** `team` is `org/name`. */
  readonly isMember: (team: string, login: string) => Promise<boolean>
}
