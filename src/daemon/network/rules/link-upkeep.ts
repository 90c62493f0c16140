/**
 * ICMPv6 that keeps a link alive and that no user sends: multicast listener discovery (130–132 in RFC 2710, 143 in RFC 3810)
 * and neighbour discovery (133–136 in RFC 4861). Kernels send it whenever they like: it is neither cut nor counted.
 */
export const LINK_UPKEEP: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 143]

/** The rule that lets it pass, in a chain of the families `inet` and `ip6`. */
export const UPKEEP_PASSES = `icmpv6 type { ${LINK_UPKEEP.join(', ')} } return`
