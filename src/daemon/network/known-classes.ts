/**
 * Names of the classes beneath a root qdisc that this process made itself, by network namespace: what is known need not be
 * looked for. Taken while they change, and kept again when that went well; nothing is known of what a former daemon made.
 */
export class KnownClasses {
  readonly #names = new Map<string, ReadonlySet<string>>()

  take(netns: string | undefined): ReadonlySet<string> | undefined {
    const names = this.#names.get(netns ?? '')
    this.#names.delete(netns ?? '')
    return names
  }

  /** Without names there is no root of ours any more. */
  keep(netns: string | undefined, names: ReadonlySet<string> | undefined): void {
    if (names && names.size > 0) this.#names.set(netns ?? '', names)
  }
}
